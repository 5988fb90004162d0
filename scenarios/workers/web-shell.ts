/**
 * Uploads what stands for a web shell to the own victim, asks it to run commands, and takes it away again. Other services are only asked.
 */
import { rmSync } from 'node:fs';
import type { WorkerOptions } from '../scenario/worker.ts';
import { WEAK_PATHS } from '../victim/weak-paths.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { assertWeak, weakKey } from './own-victim.ts';
import { type Ask, assertAnswered, type VisitorsOptions, visit } from './visitors.ts';

export interface WebShellOptions extends WorkerOptions, VisitorsOptions {
  /** Where the own victim keeps what is uploaded. */
  readonly uploads?: string;
}

/** Nobody else's. */
const FILE = `${WEAK_PATHS.uploads}/kubevigil-shell.php`;
const TEXT =
  'A harmless text that stands for a web shell; written by a scenario of Kubevigil, which removes it.\n';
const COMMANDS = ['id', 'whoami', 'uname -a', 'cat /etc/passwd', 'ls -la /'];

const options = workerOptions<WebShellOptions>();
const { durationMs, target, uploads } = options;
const life = lifetime(durationMs);
const key = await weakKey(target, life);
let turn = 0;
/** The first is the upload, and so is one now and then: somebody else may have cleared the folder. */
const next = (): Ask => {
  const isUpload = key !== undefined && turn % 20 === 0;
  const command = COMMANDS[turn++ % COMMANDS.length] as string;
  const ask: Ask = isUpload
    ? { method: 'PUT', path: FILE, headers: { 'Content-Type': 'text/plain' }, body: TEXT }
    : { path: `${FILE}?cmd=${encodeURIComponent(command)}` };
  return key?.open(ask) ?? ask;
};
try {
  const tally = await visit(life, options, next);
  assertAnswered(target, tally);
  if (key !== undefined) assertWeak(target, tally);
} finally {
  // Also when the victim is gone, and with it whoever else would do it. It may still be writing the last upload.
  if (uploads !== undefined) rmSync(uploads, { recursive: true, force: true, maxRetries: 5 });
  finish();
}
