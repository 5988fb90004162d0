import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../../base/errors.ts';
import type { CgroupTable } from '../../cgroups/table.ts';
import { monotonicNs } from '../ring/trace-reader.ts';
import type { Attribution } from './attribution.ts';

/** The numbers of the processes in `/proc`. */
export function processIds(procfs: string): number[] {
  return attempt(procfs, (path) => readdirSync(path))
    .map(Number)
    .filter((pid) => pid > 0);
}

/** The numbers of a process's threads; none when it is gone. */
function threadsOf(procfs: string, pid: number): number[] {
  try {
    return readdirSync(join(procfs, `${pid}/task`)).map(Number);
  } catch {
    return [];
  }
}

/** The process to which a thread belongs; undefined when it is gone. */
export function leaderOf(procfs: string, thread: number): number | undefined {
  try {
    const leader = /^Tgid:\t(\d+)$/m.exec(readFileSync(join(procfs, `${thread}/status`), 'latin1'))?.[1];
    return leader === undefined ? undefined : Number(leader);
  } catch {
    return undefined;
  }
}

/**
 * Takes in the tasks that exist now. The trace must be on already, so that nothing falls between; what it recorded of a
 * task before the task was read here is older than what is read.
 *
 * @throws {SourceError} when `/proc` cannot be listed
 */
export function seed(procfs: string, cgroups: CgroupTable, attribution: Attribution): void {
  for (const pid of processIds(procfs)) {
    const threads = threadsOf(procfs, pid);
    const cgroup = cgroups.of(pid);
    if (threads.length > 0) attribution.seed(pid, threads, cgroup, monotonicNs());
  }
}
