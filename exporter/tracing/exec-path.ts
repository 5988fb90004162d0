import { readlinkSync, statSync } from 'node:fs';
import { basename, join } from 'node:path/posix';

/** Of /proc/PID/exe when the file has no link left. */
const DELETED = ' (deleted)';

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path, 'latin1');
  } catch {
    return undefined; // gone, or not ours to see: the caller says that the path is unknown
  }
}

/** The executable of a process; undefined when it is gone, not ours to see, or a thread of the kernel. */
export function executableOf(procfs: string, pid: number): string | undefined {
  const link = `${procfs}/${pid}/exe`;
  const path = readLink(link);
  if (!path?.endsWith(DELETED)) return path;
  // A file may have that name: it is deleted when no link to it is left.
  const links = statSync(link, { throwIfNoEntry: false })?.nlink;
  return links === 0 ? path.slice(0, -DELETED.length) : path;
}

/**
 * The absolute path of what `pid` executed as `path`; undefined when it is relative and the process is gone.
 *
 * A relative path is resolved by /proc/PID/exe where that is the same file; for a script it is the interpreter, so then by the working
 * directory. Both are those of now: the process may have changed them since. Paths have one character per byte.
 */
export function absolutePath(procfs: string, pid: number, path: string): string | undefined {
  if (path.startsWith('/')) return path;
  const exe = executableOf(procfs, pid);
  if (exe?.startsWith('/') && basename(exe) === basename(path)) return exe;
  const cwd = readLink(`${procfs}/${pid}/cwd`);
  return cwd?.startsWith('/') ? join(cwd, path) : undefined;
}

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/gu;

/** A name from the kernel (one character per byte) as text that is safe in a log line or a label: control characters escaped, invalid UTF-8 replaced. */
export function displayText(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString();
  return text.replace(CONTROL, (character) =>
    character === '\\' ? '\\\\' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
