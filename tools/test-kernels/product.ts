/** The product as its image has it, and the checks, as a disk of the machines. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../programs/debian.ts';
import { ROOT } from '../programs/paths.ts';
import { diskOf } from './userland.ts';

const DISK_SIZE = '600M';

/** A factor of a build made wrong, which a check must find. */
export interface Mutation {
  /** Compiled, below the product. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What the check that finds it has in its message. */
  readonly found: RegExp;
}

/** Bytes of a sector, which the kernel's counts of disks are in. */
export const WRONG_FACTOR: Mutation = {
  file: 'dist/exporter/parsers/diskstats.js',
  from: 'BYTES_PER_SECTOR = 512',
  to: 'BYTES_PER_SECTOR = 500',
  found: /^disk_bytes_total\{/,
};

/** Makes the folder of which disks are made. */
export async function productFolder(folder: string): Promise<void> {
  await command(process.execPath, [join(ROOT, 'dist/tools/image/main.js'), folder], ROOT);
  cpSync(join(ROOT, 'dist/tools/test-kernels/guest'), join(folder, 'lab'), { recursive: true });
  writeFileSync(join(folder, 'lab/package.json'), '{"type": "module"}\n');
}

/** Makes one factor of the product wrong. */
export function mutate(folder: string, { file, from, to }: Mutation): void {
  const path = join(folder, 'app', file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}: mend the mutation`);
  writeFileSync(path, text.replace(from, to));
}

export const productDisk = (folder: string, disk: string) => diskOf(folder, disk, DISK_SIZE);
