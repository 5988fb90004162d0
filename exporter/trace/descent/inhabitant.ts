import { readFileSync } from 'node:fs';
import { basename } from 'node:path/posix';
import { statField } from '../../parsers/process-stat.ts';
import { executableOf } from '../paths/exec-path.ts';
import type { Inhabitant } from './family-tree.ts';
import { isShellName } from './names.ts';
import type { ContainerLife } from './program.ts';

/** USER_HZ, in which the kernel shows times of processes on every architecture that Node runs on. */
const TICK_NS = 1e9 / 100;
/** TASK_COMM_LEN of include/linux/sched.h, less its NUL. */
const LONGEST_NAME = 15;

/** A process as /proc shows it; undefined when it is gone. */
export function inhabitantOf(procfs: string, pid: number, life: ContainerLife): Inhabitant | undefined {
  let stat: string;
  try {
    stat = readFileSync(`${procfs}/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // gone
  }
  return {
    pid,
    parent: Number(statField(stat, 4)),
    startedNs: Number(statField(stat, 22)) * TICK_NS,
    executable: executableOf(procfs, pid) ?? '',
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    life,
  };
}

/**
 * Whether what `pid` executed as `path` is a script that a shell runs. The kernel names a process after the script and shows the shell as its
 * executable; one that has gone on to run something else has another name.
 */
export function isShellScript(procfs: string, pid: number, path: string): boolean {
  try {
    const name = readFileSync(`${procfs}/${pid}/comm`, 'latin1').slice(0, -1);
    return name === basename(path).slice(0, LONGEST_NAME) && isShellName(executableOf(procfs, pid) ?? '');
  } catch {
    return false; // gone, and with it whatever it could have started later
  }
}
