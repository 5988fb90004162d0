/** Starts shells whose working directory lies outside of their root, by a path through that directory; they wait, and end with this process. */
import { perlCommand } from '../scenario/perl.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { BoundChildren } from './bound-children.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { startSteadily } from './start-steadily.ts';

export interface LeakedDirectoryOptions extends WorkerOptions {
  readonly startsPerSecond: number;
}

const { durationMs, startsPerSecond } = workerOptions<LeakedDirectoryOptions>();
const life = lifetime(durationMs);
const children = new BoundChildren();
const [perl = '', ...script] = perlCommand('leaked-directory', 'sh', '-c', 'read -r _');
await startSteadily(life, children, startsPerSecond, (count) => {
  for (let i = 0; i < count; i++) children.start(perl, script);
});
await children.end();
finish();
