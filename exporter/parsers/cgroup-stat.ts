import { malformed } from '../errors.ts';

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
  const at = text.startsWith(mark) ? 0 : text.indexOf(`\n${mark}`) + 1;
  if (at === 0 && !text.startsWith(mark)) return undefined;
  const end = text.indexOf('\n', at);
  const digits = text.slice(at + mark.length, end < 0 ? undefined : end);
  if (!/^\d+$/.test(digits)) throw malformed(path, `"${mark}<number>"`, text.slice(at));
  return Number(digits);
}

/**
 * Parses a file that is one number, such as `memory.current` or `cpuacct.usage`.
 *
 * @throws {SourceError} `malformed`
 */
export function parseSingle(text: string, path: string): number {
  const digits = /^(\d+)\n?$/.exec(text)?.[1];
  if (digits === undefined) throw malformed(path, 'one number', text);
  return Number(digits);
}
