// A question comes in as JSON on stdin, the answer goes out as JSON on stdout.
import { readFileSync } from 'node:fs';

export const asked = JSON.parse(readFileSync(0, 'utf8'));

export function answer(value) {
  process.stdout.write(JSON.stringify(value));
}
