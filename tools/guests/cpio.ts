/** A file, folder or device of an archive. */
export interface CpioEntry {
  readonly path: string;
  /** With the type, as in stat(2). */
  readonly mode: number;
  readonly data?: Buffer;
}

const MAGIC = '070701';
const END = { path: 'TRAILER!!!', mode: 0 };

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function record({ path, mode, data = Buffer.alloc(0) }: CpioEntry, inode: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  // inode, mode, uid, gid, links, time, size, four device numbers, length of the name, checksum
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const header = MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  return Buffer.concat([padded(Buffer.concat([Buffer.from(header), name])), padded(data)]);
}

/**
 * An archive as the kernel unpacks it for its first root (format "newc").
 *
 * @see https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export function cpio(entries: readonly CpioEntry[]): Buffer {
  return Buffer.concat([...entries, END].map((entry, i) => record(entry, i + 1)));
}
