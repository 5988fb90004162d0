import { malformed } from '../base/errors.ts';
import { fieldsOf, lineWith, wholeNumber } from '../base/lines.ts';

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
  const mark = `${field}:`;
  const line = lineWith(text, mark);
  if (line === undefined) return undefined;
  const [number = '', unit, ...others] = fieldsOf(line.slice(mark.length));
  const kib = wholeNumber(number);
  if (kib === undefined || unit !== 'kB' || others.length > 0) {
    throw malformed(path, `"${field}: <number> kB"`, line);
  }
  return kib * BYTES_PER_KIB;
}
