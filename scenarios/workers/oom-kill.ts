/** Starts processes in a container of its own that want twice the memory that it may have: the kernel kills each. */
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { LimitedContainer } from './limited-container.ts';

const EACH_MS = 1_000;

/**
 * For each line as many processes as the number in it, one at once after the other, so that they come up against the CPU limit as well.
 * Each fills a buffer and ends: where no limit held it, it would be gone in a moment. 137 is what a shell makes of SIGKILL.
 */
const KILLED = `
while read -r left
do
  while [ "$left" -gt 0 ]
  do
    (echo 1000 > /proc/self/oom_score_adj; exec dd if=/dev/zero of=/dev/null bs="$1" count=1)
    [ $? -eq 137 ] || exit 1
    left=$((left - 1))
  done
done`;

export interface OomKillOptions extends WorkerOptions {
  readonly killsPerSecond: number;
  readonly memoryBytes: number;
  readonly cpus: number;
}

const { durationMs, killsPerSecond, memoryBytes, cpus } = workerOptions<OomKillOptions>();
const life = lifetime(durationMs);
const container = new LimitedContainer({ memoryBytes, cpus });
const children = new BoundChildren();
try {
  // The shell is in there as well, so that nobody has to be moved for each: it is small, and others are killed before it.
  const [file = '', ...args] = [...container.entering, 'sh', '-c', KILLED, 'oom-kill'];
  const starter = children.start(file, [...args, String(2 * memoryBytes)]);
  while (life.goesOn()) {
    if (children.size === 0)
      throw new Error('a process that wanted twice the memory of its cgroup was not killed');
    // What a slow machine has not yet done is not asked for on top.
    if (starter.stdin.writableLength === 0) starter.stdin.write(`${killsPerSecond}\n`);
    await life.pause(EACH_MS);
  }
} finally {
  children.release(0);
  await container.end();
}
await children.end();
finish();
