/** What a process has used, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

const NANOSECONDS_PER_MS = 1e6;
const KIBIBYTES_PER_MEBIBYTE = 1024;

/**
 * CPU time of all threads that the process has now, in milliseconds. From schedstat, which counts nanoseconds; the
 * ticks of /proc/<pid>/stat are as long as a whole scrape.
 */
export function cpuMs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const onCpu = tasks.map((task) => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      return 0; // the thread ended between the listing and the reading
    }
  });
  return onCpu.reduce((sum, ns) => sum + ns, 0) / NANOSECONDS_PER_MS;
}

const TICKS_PER_SECOND = 100;
/** Of /proc/<pid>/stat behind the program's name: user and system time of children that have ended. */
const CHILDREN_FIELDS = [13, 14] as const;

/** CPU time of the children of this process that have ended, in milliseconds. */
export function childrenCpuMs(): number {
  const text = readFileSync('/proc/self/stat', 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return CHILDREN_FIELDS.reduce((sum, field) => sum + Number(fields[field]) * (1000 / TICKS_PER_SECOND), 0);
}

/** Resident memory in MiB. */
export function residentMebibytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]) / KIBIBYTES_PER_MEBIBYTE;
}

/** How many processes the machine has now. */
export function processCount(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
}
