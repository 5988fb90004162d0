/** Starts the child processes that do a scenario's work, and makes sure that they end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { enteringNamespace } from './own-namespace.ts';

/** How long a worker may take to undo what it did before it is killed. */
const UNDO_MS = 5_000;

/** What every worker is told, beside what is its own. */
export interface WorkerOptions {
  readonly durationMs: number;
}

/** Where a worker finds the token of the victim's weak pages: not on its command line, which everybody on a machine can read. */
export const WEAK_TOKEN_VARIABLE = 'KUBEVIGIL_WEAK_TOKEN';

/** Where a worker runs. */
interface Surroundings {
  /** In a network namespace of its own whose loopback has these IPv4 addresses, too; see own-namespace.ts. */
  readonly inNamespace?: readonly string[];
  readonly weakToken?: string | undefined;
}

/**
 * Runs `scenarios/workers/<name>` in a process of its own until it ends by itself or the signal fires.
 * Its options reach it as JSON on its command line.
 *
 * A worker also ends when its standard input closes: the kernel does that when this process dies, whatever the
 * reason, so that nobody's anomaly outlives him. One that does not end when it should is killed.
 *
 * @throws {Error} when the worker fails; not when it was stopped by the signal
 */
export async function runWorker(
  name: string,
  options: WorkerOptions,
  signal?: AbortSignal,
  { inNamespace, weakToken }: Surroundings = {},
): Promise<void> {
  const script = fileURLToPath(new URL(`../workers/${name}.js`, import.meta.url));
  const entering = inNamespace === undefined ? [] : await enteringNamespace(inNamespace);
  // Each command of these becomes the next: what is killed is the worker.
  const [file = '', ...args] = [...entering, process.execPath, script, JSON.stringify(options)];
  const child = spawn(file, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, [WEAK_TOKEN_VARIABLE]: weakToken },
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  // It may have ended by itself a moment before it is told to.
  child.stdin.on('error', () => {});
  const kill = () => child.kill('SIGKILL');
  let killer = setTimeout(kill, options.durationMs + 2 * UNDO_MS);
  const stop = () => {
    child.stdin.end();
    clearTimeout(killer);
    killer = setTimeout(kill, UNDO_MS);
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(killer);
  signal?.removeEventListener('abort', stop);
  if (code === 0) return;
  // Of an uncaught error Node prints the source line, the message, the stack and its own version.
  const message = /^\w*Error(?: \[\w+\])?: .*$/m.exec(complaint)?.[0] ?? `exit code ${code}`;
  throw new Error(`scenario ${name} failed: ${message}`);
}

/** Runs workers side by side until all have ended; fails with the first failure. */
export async function runWorkers(works: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(works);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
