import { malformed } from '../errors.ts';

/** Bytes that a cgroup read from and wrote to a block device. */
export interface DeviceBytes {
  read: number;
  write: number;
}

/**
 * Parses `io.stat` of cgroup v2.
 *
 *     259:0 rbytes=90112 wbytes=299008000 rios=13 wios=4593 dbytes=0 dios=0
 *
 * A device that did nothing yet has no figures (`8:0` alone), or none that are known here.
 *
 * @returns by device number
 * @throws {SourceError} `malformed`
 */
export function parseIoStat(text: string, path: string): Map<string, DeviceBytes> {
  const devices = new Map<string, DeviceBytes>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const device = /^(\d+:\d+)(?: |$)/.exec(line)?.[1];
    if (device === undefined) throw malformed(path, '"<major>:<minor> <name>=<number> …"', line);
    const read = / rbytes=(\d+)/.exec(line)?.[1];
    const write = / wbytes=(\d+)/.exec(line)?.[1];
    if (read !== undefined && write !== undefined) {
      devices.set(device, { read: Number(read), write: Number(write) });
    }
  }
  return devices;
}

/**
 * Parses `blkio.throttle.io_service_bytes` of cgroup v1.
 *
 *     253:0 Read 4096
 *     253:0 Write 16384
 *     253:0 Sync 20480
 *     Total 20480
 *
 * @returns by device number
 * @throws {SourceError} `malformed`
 */
export function parseBlkio(text: string, path: string): Map<string, DeviceBytes> {
  const devices = new Map<string, DeviceBytes>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('Total ')) continue;
    const [, device, operation, value] = /^(\d+:\d+) (\w+) (\d+)$/.exec(line) ?? [];
    if (device === undefined) throw malformed(path, '"<major>:<minor> <operation> <number>"', line);
    const bytes = devices.get(device) ?? { read: 0, write: 0 };
    if (operation === 'Read') bytes.read = Number(value);
    if (operation === 'Write') bytes.write = Number(value);
    devices.set(device, bytes);
  }
  return devices;
}
