import { eachLine, type Unread } from '../base/lines.ts';

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
  /** {@link UNKNOWN_TYPE} where the line says no more than what is above. */
  readonly type: string;
  /** The filesystem itself is read-only, not just this mount of it. */
  readonly readOnly: boolean;
  /** Nothing can be written through this mount, whatever others of the filesystem allow. */
  readonly readOnlyHere: boolean;
}

/** It may be of any type. */
export const UNKNOWN_TYPE = '';

const DEVICE = /^\d+:\d+$/;
const NUMBER = /^\d+$/;
const SEPARATOR = ' - ';

function unescaped(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The kernel writes rw or ro first; what follows is the filesystem's, a path with a comma in it among others. */
function isReadOnly(options: string): boolean {
  const [first = ''] = options.split(/[, ]/, 1);
  return first === 'ro' || (first !== 'rw' && options.split(',').includes('ro'));
}

/** What begins like a mount; whatever does not is the rest of a line that somebody broke by an option of his. */
interface Head {
  readonly id: string;
  readonly parent: string;
  readonly device: string;
  readonly root: string;
  readonly mountpoint: string;
  /** Where the mount's own options begin. */
  readonly end: number;
}

function headOf(line: string): Head | undefined {
  const fields: string[] = [];
  let at = 0;
  while (fields.length < 5) {
    const space = line.indexOf(' ', at);
    if (space < 0) return undefined;
    fields.push(line.slice(at, space));
    at = space + 1;
  }
  const [id = '', parent = '', device = '', root = '', mountpoint = ''] = fields;
  if (!NUMBER.test(id) || !NUMBER.test(parent) || !DEVICE.test(device) || root === '' || mountpoint === '') {
    return undefined;
  }
  return { id, parent, device, root: unescaped(root), mountpoint: unescaped(mountpoint), end: at };
}

/** Type, source and options of the filesystem; the options may hold spaces, and a source can be empty. */
function filesystemOf(line: string, from: number): { type: string; options: string } | undefined {
  const separator = line.indexOf(SEPARATOR, from);
  if (separator < 0) return undefined;
  const begin = separator + SEPARATOR.length;
  const afterType = line.indexOf(' ', begin);
  const afterSource = afterType < 0 ? -1 : line.indexOf(' ', afterType + 1);
  if (afterType <= begin || afterSource < 0) return undefined;
  const options = line.slice(afterSource + 1);
  return options === '' ? undefined : { type: unescaped(line.slice(begin, afterType)), options };
}

/**
 * Parses `/proc/<pid>/mountinfo`.
 *
 *     27 1 254:0 / /mnt/a\040b rw,relatime shared:1 - ext4 /dev/vda rw,discard
 *     28 1 0:149 / /mnt/c rw - 9p drvfs rw,aname=drvfs;path=C:\Program Files
 *
 * Between the mount's options and the dash stand any number of optional fields. Space, tab, newline and backslash
 * are written as octal escapes, but not by every filesystem in its own options, which are the last field.
 *
 * @see https://docs.kernel.org/filesystems/proc.html
 * @param unread receives lines with other columns, by their mount point where that can be read
 * @throws {SourceError} `malformed` when no line is a mount
 */
export function parseMountinfo(text: string, unread: Unread): Mount[] {
  const mounts: Mount[] = [];
  eachLine(text, 0, 'a mount', unread, (line) => {
    const head = headOf(line);
    if (head === undefined) return false;
    const { id, parent, device, root, mountpoint, end } = head;
    const filesystem = filesystemOf(line, end);
    const { type, options } = filesystem ?? { type: UNKNOWN_TYPE, options: '' };
    const own = line.slice(end).split(' ', 1)[0] ?? '';
    const [readOnly, readOnlyHere] = [isReadOnly(options), isReadOnly(own)];
    mounts.push({ id, parent, device, root, mountpoint, type, readOnly, readOnlyHere });
    return filesystem === undefined ? mountpoint : true;
  });
  return mounts;
}
