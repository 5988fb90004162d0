import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4_096;
/** A CPU's own list in a zone: `cpu: 0`, then `count: 8215`. */
const LIST = /^\s+cpu: \d+\n\s+count:\s+(\d+)$/gm;

/**
 * Bytes that lie free on the lists of single CPUs, where no other CPU finds them.
 *
 * Source: /proc/zoneinfo, `pagesets` (mm/vmstat.c); pages of 4 KiB.
 */
export function idleMemoryBytes(): number {
  const text = readFileSync('/proc/zoneinfo', 'utf8');
  const pages = [...text.matchAll(LIST)].map(([, count]) => Number(count));
  return PAGE_BYTES * pages.reduce((sum, count) => sum + count, 0);
}
