import { malformed } from '../errors.ts';

const BYTES_PER_KIB = 1024;

/**
 * One field of `/proc/meminfo`.
 *
 *     MemAvailable:   24268148 kB
 *
 * @returns bytes; undefined when the kernel does not have the field
 * @throws {SourceError} `malformed` when the field is there without a number of kB
 */
export function parseMeminfoField(text: string, field: string, path: string): number | undefined {
  const line = new RegExp(`^${field}:.*$`, 'm').exec(text)?.[0];
  if (line === undefined) return undefined;
  const kib = /:\s*(\d+) kB\s*$/.exec(line)?.[1];
  if (kib === undefined) throw malformed(path, `"${field}: <number> kB"`, line);
  return Number(kib) * BYTES_PER_KIB;
}
