// An admin in the panel: {executable, address, name, password, key, run, pictures?} -> what they saw.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { answer, asked } from './asked.mjs';
import { within } from './browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function looked(page) {
  const said = [];
  page.on('console', (one) => said.push(`${one.type()}: ${one.text()}`));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('requestfailed', (one) => {
    // Whoever leaves a page does not wait for its icon.
    const why = one.failure().errorText;
    if (why !== 'net::ERR_ABORTED') said.push(`${one.url()} ${why}`);
  });
  const faults = {};
  const judge = async (name) => {
    // Put in by the driver: as a script of the page its policy would keep it out.
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document));
    faults[name] = violations.map((one) => `${one.id}: ${one.nodes[0].html}`);
    if (asked.pictures) await page.screenshot({ path: `${asked.pictures}/admin-${name}.png` });
  };
  const press = async (button) => {
    await Promise.all([page.waitForNavigation(), page.click(button)]);
  };

  await page.goto(`${asked.address}/admin`);
  const sentTo = new URL(page.url()).pathname;
  await judge('sign-in');
  await page.fill('[name=name]', asked.name);
  await page.fill('[name=password]', asked.password);
  await press('main button');
  const signedIn = new URL(page.url()).pathname;
  const cookies = await page.context().cookies();
  const seen = await page.evaluate(() => document.cookie);
  const styled = await page.$eval('header', (one) => getComputedStyle(one).borderBottomStyle);

  for (const name of ['users', 'limits', 'feedback', 'settings', 'artefacts', 'keys']) {
    await press(`nav a[href="/admin/${name}"]`);
    await judge(name);
  }
  await press('nav a[href="/admin/limits"]');
  await page.fill('[name=owner]', 'local');
  await press('[role=search] button');
  await judge('limits-of-one');
  await press('nav a[href="/admin/keys"]');
  const row = `tr:has-text("${asked.key}")`;
  const before = await page.textContent(`${row} td:nth-child(7)`);
  await page.click(`${row} summary`);
  await judge('revoking');
  await press(`${row} details button`);
  const after = await page.textContent(`${row} td:nth-child(7)`);

  await press('nav a[href="/admin/runs"]');
  await judge('runs');
  await press(`a[href="/admin/runs/${asked.run}"]`);
  await judge('run');
  const events = await page.$$eval('tbody td:nth-child(2)', (all) => all.map((one) => one.textContent));
  await press('dd a');
  await judge('artefact');
  const made = await page.textContent('h1');

  await press('header button');
  await page.goto(`${asked.address}/admin/users`);
  const out = new URL(page.url()).pathname;
  return { sentTo, signedIn, cookies, seen, styled, before, after, events, made, out, said, faults };
}

answer(await within(asked.executable, looked, { viewport: { width: 1200, height: 720 } }));
