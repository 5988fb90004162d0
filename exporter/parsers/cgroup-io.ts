import { eachLine, fieldsOf, type Unread, wholeNumber } from '../base/lines.ts';

/** Bytes that a cgroup read from and wrote to a block device. */
export interface DeviceBytes {
  read: number;
  write: number;
}

const DEVICE = /^\d+:\d+$/;
const [READ, WRITE] = ['rbytes=', 'wbytes='];

/** What a line says of its last device. */
interface Row {
  /** Undefined for one that has no number (`(unknown)`). */
  readonly device: string | undefined;
  readonly read: string | undefined;
  readonly write: string | undefined;
}

/** The digits behind a mark, such as ` rbytes=`. */
function figure(line: string, mark: string): string | undefined {
  const at = line.indexOf(mark);
  if (at < 0) return undefined;
  const end = line.indexOf(' ', at + mark.length);
  return line.slice(at + mark.length, end < 0 ? undefined : end);
}

/** As nearly every line is: one device, and what it counted. */
function onlyRow(line: string): Row | undefined {
  const space = line.indexOf(' ');
  if (space < 0 || !line.startsWith(READ, space + 1)) return undefined;
  const device = line.slice(0, space);
  if (!DEVICE.test(device)) return undefined;
  return { device, read: figure(line, ` ${READ}`), write: figure(line, ` ${WRITE}`) };
}

/**
 * Devices without figures, then one and what it counted; Linux 5.11 to 6.0 end the line only behind figures. A device
 * that has no name for the kernel any more is `(unknown)`, and what follows it is nobody's.
 */
function lastRow(line: string): Row | undefined {
  let device: string | undefined;
  let isKnown = false;
  let read: string | undefined;
  let write: string | undefined;
  for (const field of fieldsOf(line)) {
    if (!field.includes('=')) {
      device = DEVICE.test(field) ? field : undefined;
      if (device === undefined && !field.startsWith('(')) return undefined;
      isKnown = true;
      read = undefined;
      write = undefined;
    } else if (!isKnown) return undefined;
    else if (field.startsWith(READ)) read = field.slice(READ.length);
    else if (field.startsWith(WRITE)) write = field.slice(WRITE.length);
  }
  return { device, read, write };
}

/**
 * Parses `io.stat` of cgroup v2.
 *
 *     259:0 rbytes=90112 wbytes=299008000 rios=13 wios=4593 dbytes=0 dios=0
 *
 * A device that did nothing yet has no figures (`8:0` alone), or none that are known here. Linux 5.11 to 6.0 go on with
 * the next device on the same line then: figures are those of the device before them.
 *
 *     7:7 7:6 8:0 rbytes=1000 wbytes=2000 rios=1 wios=2 dbytes=0 dios=0
 *
 * @see blkcg_print_one_stat() of block/blk-cgroup.c
 * @param unread receives other lines, by the device's number
 * @returns by device number
 * @throws {SourceError} `malformed` when no line begins with a device
 */
export function parseIoStat(text: string, unread: Unread): Map<string, DeviceBytes> {
  const devices = new Map<string, DeviceBytes>();
  eachLine(text, 0, '"<major>:<minor> <name>=<number> …"', unread, (line) => {
    const row = onlyRow(line) ?? lastRow(line);
    if (row === undefined) return false;
    const { device } = row;
    if (device === undefined) return true;
    if (row.read === undefined && row.write === undefined) return true;
    const [read, write] = [wholeNumber(row.read ?? ''), wholeNumber(row.write ?? '')];
    if (read === undefined || write === undefined) return device;
    devices.set(device, { read, write });
    return true;
  });
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
 * @param unread receives other lines, by the device's number
 * @returns by device number
 * @throws {SourceError} `malformed` when no line is one of a device
 */
export function parseBlkio(text: string, unread: Unread): Map<string, DeviceBytes> {
  const devices = new Map<string, DeviceBytes>();
  eachLine(text, 0, '"<major>:<minor> <operation> <number>"', unread, (line) => {
    const [device = '', operation = '', value = '', ...others] = fieldsOf(line, 4);
    if (device === 'Total' || device.startsWith('(')) return true;
    if (!DEVICE.test(device)) return false;
    const bytes = wholeNumber(value);
    if (bytes === undefined || others.length > 0) return device;
    const known = devices.get(device) ?? { read: 0, write: 0 };
    if (operation === 'Read') known.read = bytes;
    if (operation === 'Write') known.write = bytes;
    devices.set(device, known);
    return true;
  });
  return devices;
}
