import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A factor of a build made wrong, which a check must find. */
interface Mutation {
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

/** Makes one factor of the product wrong. */
export function mutate(folder: string, { file, from, to }: Mutation): void {
  const path = join(folder, 'app', file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}: mend the mutation`);
  writeFileSync(path, text.replace(from, to));
}
