import type { PageLayout } from '../../../../exporter/trace/ring/format.ts';

export const LAYOUT: PageLayout = { timestamp: 0, commit: 8, longBytes: 8, data: 16, pageBytes: 4096 };

/** One 32-bit word of a page: what kind of record, and nanoseconds since the one before. */
export function head(type: number, delta: number): Buffer {
  const word = Buffer.alloc(4);
  word.writeUInt32LE(((delta << 5) | type) >>> 0);
  return word;
}

export function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) buffer.writeUInt32LE(value >>> 0, 4 * i);
  return buffer;
}

/** A page as the kernel would hand it out: `after` follows what was committed. */
export function page(
  base: bigint,
  parts: readonly Buffer[],
  { flags = 0, after = words(), layout = LAYOUT } = {},
): Buffer {
  const data = Buffer.concat(parts);
  const header = Buffer.alloc(layout.data);
  header.writeBigUInt64LE(base, layout.timestamp);
  header.writeUInt32LE((data.length | flags) >>> 0, layout.commit);
  return Buffer.concat([header, data, after]);
}
