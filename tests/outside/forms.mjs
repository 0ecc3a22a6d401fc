// What form-js warns of when it imports each form: {executable, forms: {name: schema}} -> {name: [said]}.
import { build } from 'esbuild';

import { answer, asked } from './asked.mjs';
import { within } from './browser.mjs';

const { outputFiles } = await build({
  stdin: {
    contents: "export { Form } from '@bpmn-io/form-js-viewer';",
    resolveDir: import.meta.dirname,
  },
  bundle: true,
  format: 'iife',
  globalName: 'formjs',
  write: false,
});

async function imported(page) {
  await page.setContent('<!doctype html><div id="form"></div>');
  await page.addScriptTag({ content: outputFiles[0].text });
  return page.evaluate(async (forms) => {
    const found = {};
    for (const [name, schema] of Object.entries(forms)) {
      const form = new window.formjs.Form({ container: document.getElementById('form') });
      found[name] = await form.importSchema(schema).then(
        ({ warnings }) => warnings.map((one) => one.message),
        (error) => [`refused: ${error.message}`],
      );
      form.destroy();
    }
    return found;
  }, asked.forms);
}

answer(await within(asked.executable, imported));
