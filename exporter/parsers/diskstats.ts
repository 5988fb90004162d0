import { malformed } from '../errors.ts';

const BYTES_PER_SECTOR = 512;

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
 * @returns by the device's name as the file has it, such as `cciss/c0d0`
 * @throws {SourceError} `malformed` when a line has other columns
 */
export function parseDiskstats(text: string, path: string): Map<string, DiskBytes> {
  const disks = new Map<string, DiskBytes>();
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields.length === 1 && fields[0] === '') continue;
    const [, , name, ...columns] = fields;
    if (name === undefined || columns.length < 11 || !columns.every((column) => /^\d+$/.test(column))) {
      throw malformed(path, 'major, minor, name and eleven numbers', line);
    }
    disks.set(name, {
      read: Number(columns[2]) * BYTES_PER_SECTOR,
      write: Number(columns[6]) * BYTES_PER_SECTOR,
    });
  }
  return disks;
}
