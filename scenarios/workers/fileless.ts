/** Starts programs that lie in memory and have no file, and listens on loopback. The program is `cat`, which does nothing and ends with this process. */
import { perlCommand } from '../scenario/perl.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { listenOnLoopback } from './listeners.ts';
import { startSteadily } from './start-steadily.ts';

export interface FilelessOptions extends WorkerOptions {
  readonly startsPerSecond: number;
  readonly listeners: number;
}

const { durationMs, startsPerSecond, listeners } = workerOptions<FilelessOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
const servers = listenOnLoopback(listeners);
const [perl = '', ...script] = perlCommand('memory', 'cat');
await startSteadily(life, children, startsPerSecond, (count) => {
  for (let i = 0; i < count; i++) children.start(perl, script);
});
for (const server of servers) server.close();
await children.end();
finish();
