import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../programs/paths.ts';

interface Order {
  readonly url: string;
  readonly range: { readonly startMs: number; readonly endMs: number };
  readonly stepSeconds: number;
  readonly episodes: string;
  readonly dataset: string;
}

const iso = (ms: number) => new Date(ms).toISOString();

/** Runs `kubevigil-builder build` as a user would. */
export async function buildDataset(order: Order, signal: AbortSignal): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'dist', 'builder', 'main.js'),
      'build',
      ...['--prometheus', order.url],
      ...['--start', iso(order.range.startMs), '--end', iso(order.range.endMs)],
      ...['--step', `${order.stepSeconds}s`],
      ...['--labels', order.episodes],
      ...['--output', order.dataset],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], signal },
  );
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error('the dataset could not be built; the line above says why');
}
