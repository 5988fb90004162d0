import { readFileSync } from 'node:fs';
import { basename } from 'node:path/posix';

const MOST_ARGUMENTS = 64;
/** TASK_COMM_LEN of include/linux/sched.h, less its NUL. */
const LONGEST_NAME = 15;

/**
 * The arguments of what `pid` executed as `path`, the program's own name first; one character per byte.
 *
 * Asked for after the fact: a process that runs another program by then has other arguments. It is told by the name that the
 * kernel gives at an exec, or by its first argument, as some programs rename their threads.
 *
 * @returns undefined when it is gone or runs something else
 */
export function argumentsOf(procfs: string, pid: number, path: string): string[] | undefined {
  try {
    const name = readFileSync(`${procfs}/${pid}/comm`, 'latin1').slice(0, -1);
    const text = readFileSync(`${procfs}/${pid}/cmdline`, 'latin1');
    const given = text.replace(/\0$/, '').split('\0', MOST_ARGUMENTS);
    const program = basename(path);
    if (name !== program.slice(0, LONGEST_NAME) && basename(given[0] ?? '') !== program) return undefined;
    return given;
  } catch {
    return undefined; // gone, or not ours to see: the rule that asks counts it as missing
  }
}
