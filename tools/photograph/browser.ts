import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const LONGEST_MS = 120_000;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @throws {Error} when there is no browser on PATH */
export function findBrowser(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found === undefined)
    throw new Error(`there is none of ${NAMES.join(', ')} on PATH: install Debian's chromium`);
  return found;
}

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly isDark?: boolean;
}

/** Photographs a page of ours into a PNG. */
export async function photograph(browser: string, url: string, file: string, look: Look): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'kubevigil-pictures-'));
  try {
    await promisify(execFile)(
      browser,
      [
        // Where this runs as root or in a container there can be no sandbox; the page is our own.
        ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
        ...['--hide-scrollbars', '--disable-background-networking', `--user-data-dir=${profile}`],
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
        `--blink-settings=preferredColorScheme=${look.isDark === true ? 0 : 1}`,
        `--window-size=${look.width},${look.height}`,
        `--screenshot=${file}`,
        url,
      ],
      { timeout: LONGEST_MS },
    );
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
