import { AsyncLocalStorage } from 'node:async_hooks';
import type { Command } from 'commander';
import { runCommand } from '../../common/cli.ts';

/** How a program ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Written = Record<'stdout' | 'stderr', string>;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const written = new AsyncLocalStorage<Written>();

/** What is written in the course of a run is the run's; what others write meanwhile, such as the test's reporter, goes where it went. */
function divert(name: keyof Written): void {
  const stream = process[name];
  const write = stream.write.bind(stream);
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const store = written.getStore();
    if (store === undefined) return write(chunk, ...(rest as [undefined]));
    store[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    for (const done of rest) if (typeof done === 'function') done();
    return true;
  };
}

let diverted = false;

function divertOnce(): void {
  if (!diverted) for (const name of ['stdout', 'stderr'] as const) divert(name);
  diverted = true;
}

/** The listeners that a run left, of which a process of its own would have died. */
function withoutNewListeners(): () => void {
  const before = SIGNALS.map((name) => new Set(process.listeners(name)));
  return () => {
    for (const [i, name] of SIGNALS.entries())
      for (const listener of process.listeners(name))
        if (before[i]?.has(listener) === false) process.removeListener(name, listener);
  };
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command line program to its end as its main.ts does, but in this process: loading our programs takes 0.4 to 0.7 s of a CPU,
 * which a process of its own spends in each run. It has a folder, variables, standard streams (which are no terminal) and an exit code of
 * its own; because of these, runs that are asked for at once come one after the other. What only a process shows (how it starts, signals,
 * crashes, its memory) wants a process.
 */
export function runHere(...run: Parameters<typeof runNow>): Promise<Ended> {
  const ended = last.then(() => runNow(...run));
  last = ended.catch(() => {});
  return ended;
}

async function runNow(
  program: () => Command,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  divertOnce();
  const removeListeners = withoutNewListeners();
  const { env, exitCode } = process;
  const cwd = process.cwd();
  const terminals = [process.stdout, process.stderr].map((stream) => [stream, stream.isTTY] as const);
  const own: Written = { stdout: '', stderr: '' };
  try {
    if (options.cwd !== undefined) process.chdir(options.cwd);
    if (options.env !== undefined) process.env = options.env;
    for (const [stream] of terminals) stream.isTTY = false;
    process.exitCode = undefined;
    await written.run(own, () => runCommand(program(), [process.execPath, 'main.js', ...args]));
    return { code: Number(process.exitCode ?? 0), ...own };
  } finally {
    written.disable();
    process.exitCode = exitCode;
    for (const [stream, isTTY] of terminals) stream.isTTY = isTTY;
    process.env = env;
    process.chdir(cwd);
    removeListeners();
  }
}
