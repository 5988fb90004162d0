/**
 * What test files cost: wall time depends on who else uses the machine, CPU time hardly does.
 *
 * A file is charged with what its process, and the programs below it that have ended and were waited for, used since the file before it ended in the same
 * process; loading it is a part of that. Programs that outlive their parent are nobody's.
 */
import { appendFileSync, readFileSync } from 'node:fs';

const MS_PER_TICK = 10;
const USER_AND_SYSTEM = [11, 15] as const; // utime, stime, cutime, cstime, counted from behind the name

/** CPU time of this process and of all below it that have ended; Node.js knows its own only. */
export function cpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(...USER_AND_SYSTEM).reduce((sum, ticks) => sum + Number(ticks), 0) * MS_PER_TICK;
}

/** The variable by which processes that run test files find the ledger. */
export const LEDGER_VARIABLE = 'KUBEVIGIL_TEST_CPU_LEDGER';

/** Charges a file with all since the last that was charged, or since the account was opened: a line in the file `path`, which all processes share. */
export class CpuAccount {
  readonly #path: string;
  #lastMs = cpuMs();

  constructor(path: string) {
    this.#path = path;
  }

  charge(file: string): void {
    const nowMs = cpuMs();
    appendFileSync(this.#path, `${JSON.stringify({ file, ms: nowMs - this.#lastMs })}\n`);
    this.#lastMs = nowMs;
  }
}

/** CPU time by file, in ms. */
export function readLedger(path: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
    const { file, ms } = JSON.parse(line) as { file: string; ms: number };
    sums.set(file, (sums.get(file) ?? 0) + ms);
  }
  return sums;
}
