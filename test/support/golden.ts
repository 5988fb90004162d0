import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './paths.ts';

/** Compares with test/golden/<name>; with UPDATE_GOLDEN=1 that file is written instead. */
export function expectGolden(name: string, text: string): void {
  const path = join(ROOT, 'test', 'golden', name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).to.equal(readFileSync(path, 'utf8'));
}
