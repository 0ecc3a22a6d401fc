// Headless Chromium, as the machine has it; no page in it can reach the network.
import { chromium } from 'playwright-core';

export async function within(executable, work) {
  const browser = await chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-quic'],
  });
  try {
    const context = await browser.newContext({ offline: true });
    return await work(await context.newPage());
  } finally {
    await browser.close();
  }
}
