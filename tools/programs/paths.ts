import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function folderWithPackageJson(start: string): string {
  return existsSync(join(start, 'package.json')) ? start : folderWithPackageJson(dirname(start));
}

/** The root of the checkout. */
export const ROOT = folderWithPackageJson(dirname(fileURLToPath(import.meta.url)));

/** What was fetched once and can be deleted at any time. */
export const CACHE = join(ROOT, '.cache');
