import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path/posix';
import type { RecordFields } from '../catalogue/events/record.ts';
import { executableOf } from '../trace/paths/exec-path.ts';
import { textOf } from './bytes.ts';

/** TASK_COMM_LEN of include/linux/sched.h, less its NUL. */
const LONGEST_NAME = 15;
const NAME = /^Name:\t(.*)$/m;
const PARENT = /^PPid:\t(\d+)$/m;
const EFFECTIVE_USER = /^Uid:\t\d+\t(\d+)\t/m;

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // gone, or not ours to see: the record does without
  }
}

const nameOf = (procfs: string, pid: number) =>
  ifThere(() => textOf(readFileSync(`${procfs}/${pid}/comm`, 'latin1').slice(0, -1)));

/**
 * What `/proc` holds of a process that has just executed `path`: nothing where it is gone, or its number is another's by now, which its name
 * shows.
 *
 * @param path one character per byte
 */
export function processFacts(procfs: string, pid: number, path: string): RecordFields<'exec'> {
  const status = ifThere(() => readFileSync(`${procfs}/${pid}/status`, 'latin1'));
  // The kernel writes a newline and a backslash of a name as two characters; such a name is then not told.
  if (status === undefined || NAME.exec(status)?.[1] !== basename(path).slice(0, LONGEST_NAME)) return {};
  const parent = Number(PARENT.exec(status)?.[1]);
  const uid = EFFECTIVE_USER.exec(status)?.[1];
  const cwd = ifThere(() => textOf(readlinkSync(`${procfs}/${pid}/cwd`, 'latin1')));
  return {
    parent_pid: parent > 0 ? parent : undefined,
    parent_name: parent > 0 ? nameOf(procfs, parent) : undefined,
    uid: uid === undefined ? undefined : Number(uid),
    cwd,
  };
}

/** The executable of a process; undefined when it is gone. */
export function programOf(procfs: string, pid: number): string | undefined {
  const path = executableOf(procfs, pid);
  return path === undefined ? undefined : textOf(path);
}
