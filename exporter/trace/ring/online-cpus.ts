import { join } from 'node:path';
import { malformed } from '../../base/errors.ts';
import { readSmall } from '../../kernel/kernel-file.ts';

const RANGE = /^(\d+)(?:-(\d+))?$/;
/** More than any kernel is built for (CONFIG_NR_CPUS); a longer range is no list of CPUs. */
const MOST_CPUS = 65_536;

/**
 * Parses a list of CPUs as sysfs shows it.
 *
 *     0-3,8,10-11
 *
 * @throws {SourceError} `malformed` for anything else, and for an empty list
 * @see https://docs.kernel.org/admin-guide/cputopology.html
 * @internal exported for its own tests
 */
export function parseCpuList(text: string, path: string): number[] {
  const list = text.trim();
  return list.split(',').flatMap((part) => {
    const [, first, last = first] = RANGE.exec(part) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (!(count >= 1 && Number(last) < MOST_CPUS)) {
      throw malformed(path, 'a list of CPUs such as 0-3,8', text);
    }
    return Array.from({ length: count }, (_, i) => Number(first) + i);
  });
}

/**
 * The CPUs that are online now, from `devices/system/cpu/online`: some microseconds, so that it can be asked for at each
 * reading of the trace. `/proc/stat` has them too, at the price of every interrupt's count.
 *
 * @throws {SourceError}
 */
export function onlineCpus(sysfs: string): number[] {
  const path = join(sysfs, 'devices/system/cpu/online');
  return parseCpuList(readSmall(path, path).toString('latin1'), path);
}
