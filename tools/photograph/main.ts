/**
 * `npm run docs:pictures`: photographs of the product's own pages, for the documents: the report of the sample dataset, and the page of an
 * alarm in the detector's console. What is drawn rather than photographed is made by `npm run generate`, which goes before.
 * `--look FOLDER` writes each page into that folder at a desk's and a phone's width, light and dark, and changes no document.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ROOT } from '../programs/paths.ts';
import { findBrowser, type Look, photograph } from './browser.ts';
import { withConsole } from './console.ts';

const DESK: Look = { width: 1100, height: 900 };
const LOOKS: Readonly<Record<string, Look>> = {
  desk: { width: 1200, height: 2400 },
  'desk-dark': { width: 1200, height: 2400, isDark: true },
  phone: { width: 500, height: 2400 },
  'phone-dark': { width: 500, height: 2400, isDark: true },
};

const { values } = parseArgs({ options: { look: { type: 'string' } } });
const browser = findBrowser();
const folder = values.look === undefined ? join(ROOT, 'docs/pictures') : resolve(values.look);
mkdirSync(folder, { recursive: true });

async function take(name: string, url: string): Promise<void> {
  const looks = values.look === undefined ? { '': DESK } : LOOKS;
  for (const [suffix, look] of Object.entries(looks)) {
    const file = join(folder, `${name}${suffix === '' ? '' : `-${suffix}`}.png`);
    await photograph(browser, url, file, look);
    process.stdout.write(`${file}\n`);
  }
}

const temporary = mkdtempSync(join(tmpdir(), 'kubevigil-pictures-'));
try {
  await take('report', pathToFileURL(join(ROOT, 'samples/demo/report.html')).href);
  await withConsole(temporary, async (overview, alarm) => {
    if (values.look !== undefined) await take('console', overview);
    await take('alarm', alarm);
  });
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
