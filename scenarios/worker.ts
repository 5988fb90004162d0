/** Starts the child processes that do a scenario's work, and makes sure that they end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ScenarioOptions } from './scenario.ts';

/**
 * Runs `scenarios/workers/<name>` in a process of its own until it ends by itself or the signal fires.
 * Its options reach it as JSON on its command line.
 *
 * A worker also ends when its standard input closes: the kernel does that when this process dies, whatever the
 * reason, so that nobody's anomaly outlives him.
 *
 * @throws {Error} when the worker fails; not when it was stopped by the signal
 */
export async function runWorker(name: string, options: ScenarioOptions, signal?: AbortSignal): Promise<void> {
  const script = fileURLToPath(new URL(`./workers/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const stop = () => child.stdin.end();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  const [code] = (await once(child, 'close')) as [number | null];
  signal?.removeEventListener('abort', stop);
  if (code === 0) return;
  // Of an uncaught error Node prints the source line, the message, the stack and its own version.
  const message = /^\w*Error: .*$/m.exec(complaint)?.[0] ?? `exit code ${code}`;
  throw new Error(`scenario ${name} failed: ${message}`);
}
