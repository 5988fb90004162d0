/** Control groups that are made for a while, shaped as a kubelet shapes them. */
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from './wait.ts';

/** Where the cgroup hierarchies are mounted that a process can enter without further settings. */
export function hierarchies(): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(
      ([, , type, options]) => type === 'cgroup2' || (type === 'cgroup' && !options?.includes('cpuset')),
    )
    .flatMap(([, mountpoint]) => (mountpoint === undefined ? [] : [mountpoint]));
}

/** Removes a cgroup as soon as the kernel has let go of the processes that ended in it. */
export async function removeCgroup(path: string): Promise<void> {
  await waitFor(`the cgroup ${path} to become empty`, () => {
    try {
      rmdirSync(path);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return true;
      if (code === 'EBUSY') return undefined;
      throw error;
    }
  });
}

function killAll(folder: string): void {
  for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended by itself
    }
  }
}

/** Ends all processes in a cgroup and those below it, and removes them. What makes processes all the time is killed again and again. */
export async function removeCgroupTree(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  killAll(folder);
  for (const { name } of below) await removeCgroupTree(join(folder, name));
  await waitFor(`the cgroup ${folder} to become empty`, () => {
    killAll(folder);
    return readFileSync(join(folder, 'cgroup.procs'), 'utf8') === '' || undefined;
  });
  await removeCgroup(folder);
}
