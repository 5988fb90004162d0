import { scenario } from '../scenario/define.ts';
import { fillObstacle } from '../scenario/disk-space.ts';
import { runWorker } from '../scenario/worker.ts';
import type { DiskFillOptions } from '../workers/disk-fill.ts';

const MEBIBYTE = 1024 * 1024;

/** Uploads, or logs that are made to grow, until no service of the node can write any more. */
export const diskFill = scenario('attack', {
  name: 'disk_fill',
  help: 'One file that grows and stays; it has no name, and the space is free when it is closed.',
  family: 'resources',
  technique: 'T1499.001',
  moves: ['filesystem_used_ratio'],
  parameters: {
    mebibytes: { help: 'MiB taken', default: 1_024, most: 16_384 },
  },
  obstacle: ({ folder, values }) => fillObstacle(folder, values.mebibytes * MEBIBYTE),
  work({ durationMs, values, folder, signal }) {
    const options: DiskFillOptions = { durationMs, folder, bytes: values.mebibytes * MEBIBYTE };
    return runWorker('disk-fill', options, signal);
  },
});
