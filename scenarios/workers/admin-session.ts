/** Types into a shell what somebody types who looks after a service. */
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const COMMANDS = ['id', 'ls -l /', 'cat /proc/loadavg', 'df -k', 'date'];
const LINES_PER_SESSION = 4;

export interface AdminSessionOptions extends WorkerOptions {
  readonly commandsPerSecond: number;
}

const { durationMs, commandsPerSecond } = workerOptions<AdminSessionOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
let shell = children.start('sh');
for (let line = 1; life.goesOn(); line++) {
  if (line % LINES_PER_SESSION === 0) {
    shell.stdin.end('exit\n');
    shell = children.start('sh');
  }
  shell.stdin.write(`${COMMANDS[line % COMMANDS.length]}\n`);
  await life.pause(1000 / commandsPerSecond);
}
await children.end();
finish();
