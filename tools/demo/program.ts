import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../programs/paths.ts';

/** Longer than a scenario may take to undo what it did. */
const KILL_AFTER_MS = 20_000;

/**
 * Runs one of our programs as a user would, to its end. At the signal it is asked to end, and waited for.
 *
 * @param name its folder
 * @param log file for what it says on standard error, which is otherwise shown
 */
export async function runProgram(
  name: 'builder' | 'detector' | 'scenarios',
  args: readonly string[],
  signal: AbortSignal,
  log?: string,
): Promise<void> {
  signal.throwIfAborted();
  const stderr = log === undefined ? 'inherit' : openSync(log, 'w');
  const child = spawn(process.execPath, [join(ROOT, 'dist', name, 'main.js'), ...args], {
    stdio: ['ignore', 'ignore', stderr],
  });
  if (stderr !== 'inherit') closeSync(stderr);
  let killer: NodeJS.Timeout | undefined;
  const stop = () => {
    // Ctrl-C has reached it already; once more does no harm.
    child.kill('SIGTERM');
    killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(killer);
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (code === 0) return;
  const why =
    log === undefined ? 'the line above says why' : readFileSync(log, 'utf8').trim().split('\n').at(-1);
  throw new Error(`kubevigil-${name} ${args[0]} failed; ${why}`);
}
