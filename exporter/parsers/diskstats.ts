import { eachLine, fieldsOf, type Unread, wholeNumber } from '../base/lines.ts';

const BYTES_PER_SECTOR = 512;
/** Major, minor, name and eleven numbers. */
const FIELDS = 14;

/** Bytes read from and written to one block device since it appeared. */
export interface DiskBytes {
  readonly read: number;
  readonly write: number;
}

/**
 * Parses `/proc/diskstats`.
 *
 *     254       0 vda 109832 32337 5839378 22392 35506 72379 7180472 21064 0 15352 45827
 *
 * Sectors read and written are columns 6 and 10, always of 512 bytes whatever the device's own sector size.
 * Columns that newer kernels add (discards in 4.18, flushes in 5.5) are not read.
 *
 * @see https://docs.kernel.org/admin-guide/iostats.html
 * @param unread receives lines with other columns, by the device's name
 * @returns by the device's name as the file has it, such as `cciss/c0d0`
 * @throws {SourceError} `malformed` when no line is one of a device
 */
export function parseDiskstats(text: string, unread: Unread): Map<string, DiskBytes> {
  const disks = new Map<string, DiskBytes>();
  eachLine(text, 0, 'major, minor, name and eleven numbers', unread, (line) => {
    const fields = fieldsOf(line, FIELDS);
    const [major = '', minor = '', name, , , read = '', , , , write = ''] = fields;
    if (name === undefined || wholeNumber(major) === undefined || wholeNumber(minor) === undefined)
      return false;
    const [readSectors, writtenSectors] = [wholeNumber(read), wholeNumber(write)];
    const isWhole =
      fields.length === FIELDS && fields.slice(3).every((field) => wholeNumber(field) !== undefined);
    if (!isWhole || readSectors === undefined || writtenSectors === undefined) return name;
    disks.set(name, { read: readSectors * BYTES_PER_SECTOR, write: writtenSectors * BYTES_PER_SECTOR });
    return true;
  });
  return disks;
}
