/** Child processes that end with us: on the normal way out, on a failure, and on a signal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Look, START_MS, waitFor } from './wait.ts';

const KILL_AFTER_MS = 5_000;
const SHOWN_LINES = 5;

/** The end of what a program wrote, as one line. */
function lastLines(output: string): string {
  return output.trim().split('\n').slice(-SHOWN_LINES).join(' | ');
}

/** What can be seen of a program that we started. */
export interface Watched {
  /** What it wrote so far, standard output and standard error together. */
  output(): string;
  /** @throws {Error} when it has ended already; one line with the end of what it wrote */
  assertRunning(): void;
}

/** A program started by us. */
export interface Child extends Watched {
  readonly process: ChildProcess;
  /** Asks it to end, and kills it when it does not within 5 s. */
  stop(): Promise<void>;
}

/**
 * Watches a process whose output somebody else collects.
 *
 * @internal tests collect what their programs write themselves
 */
export function watched(child: ChildProcess, output: () => string): Watched & { ended(): boolean } {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  const ended = () => failure !== undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    output,
    ended,
    assertRunning() {
      if (ended())
        throw new Error(
          `${basename(child.spawnfile)} ended at once: ${failure?.message ?? lastLines(output())}`,
        );
    },
  };
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
  const { ended, ...seen } = watched(child, () => readFileSync(logFile, 'utf8'));
  return {
    ...seen,
    process: child,
    async stop() {
      if (ended()) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await exit;
      clearTimeout(killer);
    },
  };
}

/**
 * Waits until a program is ready: as long as it is alive, and for minutes, since a slow machine is no failure of the program.
 *
 * @param what such as `Prometheus to become ready`
 * @throws {Error} one line with the end of what it wrote, when it has ended or the time is over
 */
export function waitForChild<T>(
  child: Watched,
  what: string,
  look: Look<T>,
  timeoutMs = START_MS,
): Promise<T> {
  const alive: Look<T> = (signal) => {
    child.assertRunning();
    return look(signal);
  };
  return waitFor(what, alive, timeoutMs, () => `; it wrote: ${lastLines(child.output())}`);
}
