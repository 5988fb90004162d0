/** Has canary files that look like a list of accounts changed in the kernel's memory, without their size and times; removes them. */
import { rm, writeFile } from 'node:fs/promises';
import { perlCommand } from '../scenario/perl.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { runBound } from './bound-program.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const ACCOUNTS = 'root:x:0:0:nobody is called so:/nonexistent:/usr/sbin/nologin\n';
/** Where the password is said to be elsewhere, which is what the exploit changes. */
const OFFSET = ACCOUNTS.indexOf('x');

export interface DirtyPipeOptions extends WorkerOptions {
  /** What the files' paths begin with. */
  readonly beginning: string;
  readonly files: number;
  /** Between two changes of a file. */
  readonly intervalSeconds: number;
}

const { durationMs, beginning, files, intervalSeconds } = workerOptions<DirtyPipeOptions>();
const life = lifetime(durationMs);
const paths = Array.from({ length: files }, (_, number) => `${beginning}passwd-${number}`);
try {
  for (const path of paths) await writeFile(path, ACCOUNTS);
  await runBound(perlCommand('silent-write', intervalSeconds, OFFSET, ...paths), life);
} finally {
  for (const path of paths) await rm(path, { force: true });
}
finish();
