import { malformed } from '../errors.ts';

/** One line of mountinfo, with its escapes undone. */
export interface Mount {
  readonly id: string;
  /** The mount that it is mounted on. */
  readonly parent: string;
  /** Major and minor number; the same for all mounts of one filesystem. */
  readonly device: string;
  /** The folder of the filesystem that is mounted; another one than `/` for a bind mount or a subvolume. */
  readonly root: string;
  readonly mountpoint: string;
  readonly type: string;
  /** The filesystem itself is read-only, not just this mount of it. */
  readonly readOnly: boolean;
}

const LINE = /^(\d+) (\d+) (\d+:\d+) (\S+) (\S+) \S+(?: \S+)*? - (\S+) \S* (\S+)$/;

function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * Parses `/proc/<pid>/mountinfo`.
 *
 *     27 1 254:0 / /mnt/a\040b rw,relatime shared:1 - ext4 /dev/vda rw,discard
 *
 * Between the mount's options and the dash stand any number of optional fields. Space, tab, newline and backslash
 * are written as octal escapes.
 *
 * @see https://docs.kernel.org/filesystems/proc.html
 * @throws {SourceError} `malformed` when a line has other columns
 */
export function parseMountinfo(text: string, path: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const match = LINE.exec(line);
      if (match === null) throw malformed(path, 'a mount', line);
      const [, id = '', parent = '', device = '', root = '', mountpoint = '', type = '', options = ''] =
        match;
      return {
        id,
        parent,
        device,
        root: unescaped(root),
        mountpoint: unescaped(mountpoint),
        type: unescaped(type),
        readOnly: options.split(',').includes('ro'),
      };
    });
}
