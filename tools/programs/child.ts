/** Child processes that end with us: on the normal way out, on a failure, and on a signal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const KILL_AFTER_MS = 5_000;
const SHOWN_LINES = 5;

/** A program started by us. */
export interface Child {
  readonly process: ChildProcess;
  /** What it wrote so far, standard output and standard error together. */
  output(): string;
  /** Asks it to end, and kills it when it does not within 5 s. */
  stop(): Promise<void>;
  /** @throws {Error} when it has ended already; one line with the end of what it wrote */
  assertRunning(): void;
}

/** Starts a program whose output goes to `logFile`. */
export function startChild(
  file: string,
  args: readonly string[],
  logFile: string,
  env: NodeJS.ProcessEnv = process.env,
): Child {
  const log = openSync(logFile, 'a');
  const child = spawn(file, args, { stdio: ['ignore', log, log], env });
  closeSync(log);
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const ended = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null;
  const output = () => readFileSync(logFile, 'utf8');
  return {
    process: child,
    output,
    async stop() {
      if (ended()) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await exit;
      clearTimeout(killer);
    },
    assertRunning() {
      if (!ended()) return;
      const last = output().trim().split('\n').slice(-SHOWN_LINES).join(' | ');
      throw new Error(`${basename(file)} ended at once: ${failure?.message ?? last}`);
    },
  };
}
