// Headless Chromium, as the machine has it; a page reaches no network unless it is let.
import { chromium } from 'playwright-core';

export async function within(executable, work, context = { offline: true }) {
  const browser = await chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-quic'],
  });
  try {
    return await work(await (await browser.newContext(context)).newPage());
  } finally {
    await browser.close();
  }
}
