import { malformed } from '../errors.ts';

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
  const line = new RegExp(`^${name}\\b.*$`, 'm').exec(text)?.[0];
  if (line === undefined) return undefined;
  const value = /^\w+ (\d+)$/.exec(line)?.[1];
  if (value === undefined) throw malformed(path, `"${name} <number>"`, line);
  return Number(value);
}
