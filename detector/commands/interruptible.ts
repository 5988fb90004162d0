import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import { DetectorError } from '../base/errors.ts';

/** Set in the process that does the work. */
const MARK = 'KUBEVIGIL_DETECTOR_WORKS';
const MAIN = join(import.meta.dirname, '..', 'main.js');
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** In the process that computes: without the one that started it, nobody is left who waits. */
function endWithParent(): void {
  delete process.env[MARK];
  process.once('disconnect', () => process.exit());
  process.channel?.unref();
}

/**
 * Does a command's work so that it ends at once when it is asked to, with one line.
 *
 * Learning computes for minutes without giving the event loop a turn: a handler would be called long after the kubelet has lost its patience,
 * and without one the first process of a container does not take SIGTERM at all. So a second process does the work, by the same
 * arguments, and has no handlers: a signal ends it wherever it is, but for what it writes ({@link uninterrupted}).
 *
 * @throws {DetectorError} `interrupted`, or `killed` when somebody else has ended it, such as the kernel for want of memory
 */
export async function interruptible(work: () => Promise<void>): Promise<void> {
  if (process.env[MARK] !== undefined && process.connected) {
    endWithParent();
    await work();
    return;
  }
  let child: ChildProcess | undefined;
  let asked = false;
  const end = () => {
    asked = true;
    // Ctrl-C has reached it already; once more does no harm.
    child?.kill('SIGTERM');
  };
  for (const name of ENDING) process.on(name, end);
  try {
    child = spawn(process.execPath, [...process.execArgv, MAIN, ...process.argv.slice(2)], {
      env: { ...process.env, [MARK]: '1' },
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (signal === null) process.exitCode = code ?? 1;
    else if (asked) throw new DetectorError('interrupted', 'interrupted: nothing was written');
    else
      throw new DetectorError(
        'killed',
        `it was ended by ${signal} (${constants.signals[signal]})${signal === 'SIGKILL' ? ': there may be too little memory' : ''}`,
      );
  } finally {
    for (const name of ENDING) process.off(name, end);
  }
}
