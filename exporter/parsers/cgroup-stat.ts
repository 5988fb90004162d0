import { malformed } from '../errors.ts';

/**
 * Parses a file of `<name> <number>` lines, such as a cgroup's `cpu.stat` or `memory.stat`.
 *
 *     usage_usec 123456
 *     nr_throttled 7
 *
 * @throws {SourceError} `malformed` when a line is anything else
 */
export function parseFlatKeyed(text: string, path: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, name, value] = /^(\S+) (\d+)$/.exec(line) ?? [];
    if (name === undefined) throw malformed(path, 'lines "<name> <number>"', line);
    values.set(name, Number(value));
  }
  return values;
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
