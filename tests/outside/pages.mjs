// What axe finds in each page: {executable, pages: {name: html}} -> {name: [said]}.
import { createRequire } from 'node:module';

import { answer, asked } from './asked.mjs';
import { within } from './browser.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

async function judged(page) {
  await page.addScriptTag({ path: axe });
  return page.evaluate(async (pages) => {
    const found = {};
    for (const [name, html] of Object.entries(pages)) {
      // A document written anew keeps its window, and with it axe: reading axe again for each page
      // would take longer than the judging.
      document.open();
      document.write(html);
      document.close();
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
      found[name] = violations.map((one) => `${one.id}: ${one.nodes[0].html}`);
    }
    return found;
  }, asked.pages);
}

answer(await within(asked.executable, judged));
