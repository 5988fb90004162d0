import { malformed } from '../base/errors.ts';
import { lineWith, wholeNumber } from '../base/lines.ts';

/**
 * Finds a number in a file of `<name> <number>` lines, such as a cgroup's `cpu.stat` or `memory.stat`.
 *
 *     usage_usec 123456
 *     nr_throttled 7
 *
 * @returns undefined when the file has no such line
 * @throws {SourceError} `malformed` when it has one without a number
 */
export function parseFlatKeyed(text: string, path: string, name: string): number | undefined {
  const mark = `${name} `;
  const line = lineWith(text, mark);
  if (line === undefined) return undefined;
  const value = wholeNumber(line.slice(mark.length));
  if (value === undefined) throw malformed(path, `"${mark}<number>"`, line);
  return value;
}

/**
 * Parses a file that is one number, such as `memory.current` or `cpuacct.usage`.
 *
 * @throws {SourceError} `malformed`
 */
export function parseSingle(text: string, path: string): number {
  const value = wholeNumber(text.endsWith('\n') ? text.slice(0, -1) : text);
  if (value === undefined) throw malformed(path, 'one number', text);
  return value;
}
