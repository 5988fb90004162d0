import { closeSync, fstatSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path/posix';
import { pin, someMayWait } from '../../kernel/pinned.ts';
import { statField } from '../../parsers/process-stat.ts';
import { leadsThroughFolder, resolvedPath } from './canonical-path.ts';

/** Of /proc/PID/exe when the file has no link left. */
const DELETED = ' (deleted)';

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path, 'latin1');
  } catch {
    return undefined; // gone, or not ours to see: the caller says that the path is unknown
  }
}

/** Whether no link to an executable is left that is named so; a file may have that name. Where some filesystem may not answer the name has to do: there are too many starts to read mounts for each. */
function isDeleted(procFolder: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = pin(`${procFolder}/exe`);
    return someMayWait() || fstatSync(descriptor).nlink === 0;
  } catch {
    return false; // gone
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The executable of a process; undefined when it is gone, not ours to see, or a thread of the kernel. */
export function executableOf(procfs: string, pid: number): string | undefined {
  const link = `${procfs}/${pid}/exe`;
  const path = readLink(link);
  if (!path?.endsWith(DELETED)) return path;
  return isDeleted(`${procfs}/${pid}`) ? path.slice(0, -DELETED.length) : path;
}

/** What a relative path, and a copy of a runtime, are told by. */
export interface Place {
  readonly executable: string | undefined;
  /** Of the process's parent; looked up for what was executed from a descriptor. */
  readonly parentExecutable?: string | undefined;
  readonly workingDirectory: string | undefined;
}

/** Where a process is now; both undefined when it is gone. */
export function placeOf(procfs: string, pid: number): Place {
  return {
    executable: executableOf(procfs, pid),
    workingDirectory: readLink(`${procfs}/${pid}/cwd`),
  };
}

/** What runs from a descriptor or through a folder in /proc, and its parent's: their links as they are, as the filesystem of either file may not answer. */
export function descentOf(procfs: string, pid: number): Place {
  const executable = readLink(`${procfs}/${pid}/exe`);
  const workingDirectory = readLink(`${procfs}/${pid}/cwd`);
  try {
    const stat = readFileSync(`${procfs}/${pid}/stat`, 'latin1');
    const parent = statField(stat, 4);
    return { executable, workingDirectory, parentExecutable: readLink(`${procfs}/${parent}/exe`) };
  } catch {
    return { executable, workingDirectory }; // gone
  }
}

/**
 * The canonical path of what was executed as `path`; undefined when it leads on from the working directory and the process was gone.
 *
 * Such a path leads to the executable where that has the same name; for a script the executable is the interpreter, so then it leads
 * on from the working directory. Paths have one character per byte.
 */
export function absolutePath(path: string, { executable, workingDirectory }: Place): string | undefined {
  if (!leadsThroughFolder(path)) return resolvedPath(path);
  if (executable?.startsWith('/') && basename(executable) === basename(path)) return executable;
  if (!workingDirectory?.startsWith('/')) return undefined;
  return resolvedPath(path.startsWith('/') ? path : `${workingDirectory}/${path}`, workingDirectory);
}
