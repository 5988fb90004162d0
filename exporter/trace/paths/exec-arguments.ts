import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path/posix';

const MOST_ARGUMENTS = 64;
const MOST_BYTES = 65_536;
/** TASK_COMM_LEN of include/linux/sched.h, less its NUL. */
const LONGEST_NAME = 15;

/** The beginning of a file. */
async function headOf(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(MOST_BYTES), 0, MOST_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * The arguments of what `pid` executed as `path`, the program's own name first; one character per byte.
 *
 * Asked for after the fact: a process that runs another program by then has other arguments. It is told by the name that the
 * kernel gives at an exec, or by its first argument, as some programs rename their threads.
 *
 * Arguments lie in the process's own memory, whose lock it can keep from whoever reads (kernels before 4.17 even went to the
 * filesystem of a file that was mapped there, CVE-2018-1120): so nobody waits for them on the main thread, and whoever asks has a guard.
 *
 * @returns undefined when it is gone or runs something else
 */
export async function argumentsOf(procfs: string, pid: number, path: string): Promise<string[] | undefined> {
  try {
    // The name is the kernel's own.
    const name = readFileSync(`${procfs}/${pid}/comm`, 'latin1').slice(0, -1);
    const text = await headOf(`${procfs}/${pid}/cmdline`);
    if (text === '') return undefined; // it ended meanwhile
    const given = text.replace(/\0$/, '').split('\0', MOST_ARGUMENTS);
    const program = basename(path);
    if (name !== program.slice(0, LONGEST_NAME) && basename(given[0] ?? '') !== program) return undefined;
    return given;
  } catch {
    return undefined; // gone, or not ours to see: the rule that asks counts it as missing
  }
}
