import type { Unread } from '../base/lines.ts';
import { ifPresent } from '../base/sources.ts';
import { type DeviceBytes, parseBlkio, parseIoStat } from '../parsers/cgroup-io.ts';
import { parseFlatKeyed, parseSingle } from '../parsers/cgroup-stat.ts';
import type { Read } from './reading.ts';

const MICROSECONDS = 1e6;
const NANOSECONDS = 1e9;

/** Seconds that the CPU limit kept tasks waiting; undefined without the cpu controller. */
export const throttledSeconds = {
  2: (read: Read) => seconds(field(read, 'cpu.stat', 'throttled_usec'), MICROSECONDS),
  1: (read: Read) => seconds(field(read, 'cpu.stat', 'throttled_time'), NANOSECONDS),
};

/** Seconds of CPU time. */
export const cpuSeconds = {
  2: (read: Read) => seconds(field(read, 'cpu.stat', 'usage_usec'), MICROSECONDS),
  1: (read: Read) => seconds(read('cpuacct.usage', parseSingle), NANOSECONDS),
};

/** Bytes that cannot be reclaimed at once, as the kubelet computes it. */
export const workingSetBytes = {
  2: (read: Read) => workingSet(read, 'memory.current', 'inactive_file'),
  1: (read: Read) => workingSet(read, 'memory.usage_in_bytes', 'total_inactive_file'),
};

const blkioTable = (text: string, _: string, unread: Unread) => parseBlkio(text, unread);

function blkio(read: Read): Map<string, DeviceBytes> {
  return (
    // With what is nested in the container, since Linux 4.17.
    ifPresent(() => read('blkio.throttle.io_service_bytes_recursive', blkioTable)) ??
    read('blkio.throttle.io_service_bytes', blkioTable)
  );
}

const isZero = (devices: ReadonlyMap<string, DeviceBytes>) =>
  [...devices.values()].every(({ read, write }) => read === 0 && write === 0);

/**
 * Bytes by block device. On v1 some kernels list devices and count nothing: 6.1 where a cgroup has no limit, and
 * 6.10 and newer until some cgroup has one. A zero is one only where the machine counts without a limit.
 */
export const deviceBytes = {
  2: (read: Read) => read('io.stat', (text, _, unread) => parseIoStat(text, unread)),
  1: (read: Read, machineCounts: () => boolean) => {
    const devices = blkio(read);
    return isZero(devices) && !machineCounts() ? undefined : devices;
  },
};

/**
 * Whether the kernel counts on v1 where there is no limit: the root's own share, which holds what the kernel does by itself.
 * The sum of all would also hold what a single container with a limit did.
 */
export function countsDisks(root: Read): boolean {
  const own = ifPresent(() => root('blkio.throttle.io_service_bytes', blkioTable));
  return !isZero(own ?? blkio(root));
}

function field(read: Read, file: string, name: string): number | undefined {
  return read(file, (text, path) => parseFlatKeyed(text, path, name));
}

function seconds(value: number | undefined, perSecond: number): number | undefined {
  return value === undefined ? undefined : value / perSecond;
}

function workingSet(read: Read, usageFile: string, inactive: string): number {
  const usage = read(usageFile, parseSingle);
  return Math.max(0, usage - (field(read, 'memory.stat', inactive) ?? 0));
}
