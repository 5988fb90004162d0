import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../programs/paths.ts';

/** Longer than a scenario may take to undo what it did. */
const KILL_AFTER_MS = 20_000;

/** What the program says on standard output is for its caller, or for people. */
type Shown = 'ignore' | 'inherit';

/**
 * Runs one of our programs as a user would, to its end. At the signal it is asked to end, and waited for.
 *
 * @param name its folder
 */
export async function runProgram(
  name: 'builder' | 'scenarios',
  args: readonly string[],
  signal: AbortSignal,
  stdout: Shown = 'ignore',
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [join(ROOT, 'dist', name, 'main.js'), ...args], {
    stdio: ['ignore', stdout, 'inherit'],
  });
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
  if (code !== 0) throw new Error(`kubevigil-${name} ${args[0]} failed; the line above says why`);
}
