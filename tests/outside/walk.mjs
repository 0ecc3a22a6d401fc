// A person walks a preview as it is served: {executable, address} -> what they came upon.
import { answer, asked } from './asked.mjs';
import { within } from './browser.mjs';

const marked = (page) => page.evaluate(() => document.activeElement.className);
const style = (page, of, name) =>
  page.$eval(of, (node, property) => getComputedStyle(node)[property], name);

async function walked(page) {
  const refused = [];
  // That a script is blocked is said of the driver's own.
  const told = /Content Security Policy|autofocus/;
  page.on('console', (one) => told.test(one.text()) && refused.push(one.text()));
  const enter = async (field) => {
    await Promise.all([page.waitForNavigation(), page.press(field, 'Enter')]);
  };
  const press = async (button) => {
    await Promise.all([page.waitForNavigation(), page.click(button)]);
  };

  await page.goto(asked.address);
  await page.fill('#last_name', 'Шевченко');
  await enter('#last_name');
  const wrong = {
    title: await page.title(),
    focus: await marked(page),
    framed: await style(page, '.summary', 'borderTopStyle'),
  };
  await page.click('.summary a');
  wrong.led = await page.evaluate(() => document.activeElement.id);

  await press('button[lang=en]');
  const english = {
    language: await page.getAttribute('html', 'lang'),
    typed: await page.inputValue('#last_name'),
  };

  await page.fill('#first_name', 'Надія');
  await enter('#first_name');
  await page.fill('#email', 'nadiia@example.com');
  await page.fill('#phone', '050 123 45 67');
  await enter('#phone');
  const reviewed = await page.$$eval('dd span', (all) => all.map((one) => one.textContent));
  await press('.actions button');
  await page.check('input[type=checkbox]');
  await press('.actions button');
  await press('.actions button');
  return { wrong, english, reviewed, reference: await page.textContent('.reference'), refused };
}

answer(await within(asked.executable, walked, {}));
