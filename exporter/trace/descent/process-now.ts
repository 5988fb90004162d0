import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path/posix';
import { statField } from '../../parsers/process-stat.ts';
import { executableOf } from '../paths/exec-path.ts';

/** TASK_COMM_LEN of include/linux/sched.h, less its NUL. */
const LONGEST_NAME = 15;
/** The kernel shows times of processes in hundredths of a second. */
const TICK_NS = 1e9 / 100;
const TERMINAL = /^\/dev\/(console|pts\/\d+|tty\w*)$/;
const EFFECTIVE_USER = /^Uid:\t\d+\t(\d+)\t/m;

/** What /proc shows of a process that executed something a moment ago. */
export interface ProcessNow {
  readonly uid: number | undefined;
  readonly tty: boolean | undefined;
  /** One character per byte. */
  readonly cwd: string | undefined;
}

const NOTHING: ProcessNow = { uid: undefined, tty: undefined, cwd: undefined };

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // gone, or not ours to see: the caller says that it is not known
  }
}

function inputIsTerminal(folder: string): boolean | undefined {
  try {
    return TERMINAL.test(readlinkSync(`${folder}/fd/0`, 'latin1'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? false : undefined; // closed, or not ours to see
  }
}

/**
 * What a process that executed `path` at `timeNs` is now: nothing where it is gone, runs something else, or its number is another's.
 *
 * @param path one character per byte
 * @param timeNs on CLOCK_MONOTONIC
 */
export function processNow(procfs: string, pid: number, path: string, timeNs: number): ProcessNow {
  const folder = `${procfs}/${pid}`;
  const stat = ifThere(() => readFileSync(`${folder}/stat`, 'latin1'));
  if (stat === undefined) return NOTHING;
  const startedNs = Number(statField(stat, 22)) * TICK_NS;
  const program = basename(path);
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  const isSame =
    name === program.slice(0, LONGEST_NAME) || basename(executableOf(procfs, pid) ?? '') === program;
  if (!isSame || startedNs > timeNs + TICK_NS) return NOTHING;
  const status = ifThere(() => readFileSync(`${folder}/status`, 'latin1'));
  const uid = EFFECTIVE_USER.exec(status ?? '')?.[1];
  return {
    uid: uid === undefined ? undefined : Number(uid),
    tty: Number(statField(stat, 7)) !== 0 ? true : inputIsTerminal(folder),
    cwd: ifThere(() => readlinkSync(`${folder}/cwd`, 'latin1')),
  };
}
