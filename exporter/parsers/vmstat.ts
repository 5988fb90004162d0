import { malformed } from '../base/errors.ts';
import { parseFlatKeyed } from './cgroup-stat.ts';

/**
 * One counter of `/proc/vmstat`.
 *
 *     oom_kill 0
 *
 * @returns undefined when the kernel does not have the counter
 * @throws {SourceError} `malformed` when the text holds no counters at all, or this one is no number
 */
export function parseVmstatCounter(text: string, name: string, path: string): number | undefined {
  if (!/^\w+ \d+$/m.test(text)) throw malformed(path, 'lines "<name> <number>"', text);
  const value = parseFlatKeyed(text, path, name);
  if (value === undefined && new RegExp(`^${name}$`, 'm').test(text)) {
    throw malformed(path, `"${name} <number>"`, name);
  }
  return value;
}
