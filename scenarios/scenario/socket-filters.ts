/** Where a worker may put filters on its own TCP sockets, which stand for a network that loses packets; see perl/sockets.pl. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { namespaceObstacle } from './own-namespace.ts';
import { perlCommand, perlObstacle } from './perl.ts';
import { runWorker, type WorkerOptions } from './worker.ts';

const execute = promisify(execFile);

async function mayFilterHere(): Promise<boolean> {
  const [file = '', ...args] = perlCommand('may-filter');
  return await execute(file, args).then(
    () => true,
    () => false,
  );
}

/** Why no worker may filter; undefined when one may, here or in a network namespace of its own. */
export async function filterObstacle(): Promise<string | undefined> {
  const obstacle = await perlObstacle();
  if (obstacle !== undefined || (await mayFilterHere())) return obstacle;
  return await namespaceObstacle();
}

/** Runs a worker that filters, in a network namespace of its own where it may not do so here. */
export async function runFilteringWorker(
  name: string,
  options: WorkerOptions,
  signal?: AbortSignal,
): Promise<void> {
  await runWorker(name, options, signal, (await mayFilterHere()) ? {} : { inNamespace: [] });
}
