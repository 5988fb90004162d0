/** The product as its image has it, and a program for the guests, as a disk of theirs. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command } from '../programs/debian.ts';
import { ROOT } from '../programs/paths.ts';
import { diskOf } from './userland.ts';

const DISK_SIZE = '600M';
/** What guests' programs share. */
const SHARED = 'tools/guests/inside';

/**
 * Makes the folder of which disks are made.
 *
 * @param guest the folder of what runs in the guests, from the root of the checkout on; the root's unit starts its main.ts
 */
export async function productFolder(folder: string, guest: string): Promise<void> {
  await command(process.execPath, [join(ROOT, 'dist/tools/image/main.js'), folder], ROOT);
  const lab = join(folder, 'lab');
  for (const path of [guest, SHARED]) {
    mkdirSync(dirname(join(lab, path)), { recursive: true });
    cpSync(join(ROOT, 'dist', path), join(lab, path), { recursive: true });
  }
  writeFileSync(join(lab, 'main.js'), `import './${guest}/main.js';\n`);
  writeFileSync(join(lab, 'package.json'), '{"type": "module"}\n');
}

export const productDisk = (folder: string, disk: string) => diskOf(folder, disk, DISK_SIZE);
