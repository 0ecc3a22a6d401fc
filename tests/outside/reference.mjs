// A person at the API reference: {executable, address, key} -> what each try came to.
import { answer, asked } from './asked.mjs';
import { within } from './browser.mjs';

async function tried(page) {
  const said = [];
  page.on('console', (one) => {
    if (['error', 'warning'].includes(one.type())) said.push(one.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(`${asked.address}/api/docs`);
  await page.waitForSelector('#operations article');

  const send = async (operation) => {
    const form = `#${operation} form`;
    await page.$eval(`#${operation} details`, (one) => { one.open = true; });
    await page.click(`${form} button`);
    await page.waitForFunction(
      (output) => /^\d+ after/.test(document.querySelector(output).textContent),
      `${form} pre`,
    );
    return (await page.textContent(`${form} pre`)).slice(0, 3);
  };
  const bodies = await page.$$eval('textarea', (all) => all.map((one) => one.value));
  const without = await send('artefacts_page');
  const open = await send('operation_health');
  await page.fill('#credential', asked.key);
  const tries = {};
  for (const operation of asked.operations) tries[operation] = await send(operation);
  const choices = await page.$$eval('#artefacts_page option', (all) => all.map((one) => one.value));
  const cells = await page.$$eval('article td', (all) => all.map((one) => one.textContent));
  const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length]);
  return { bodies, without, open, tries, choices, cells, kept, said };
}

answer(await within(asked.executable, tried, { viewport: { width: 1200, height: 720 } }));
