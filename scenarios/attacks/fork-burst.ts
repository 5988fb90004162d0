import { scenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { ForkBurstOptions } from '../workers/fork-burst.ts';

/** A fork bomb that counts. */
export const forkBurst = scenario('attack', {
  name: 'fork_burst',
  help: 'Processes started one after the other, some of which stay.',
  family: 'resources',
  technique: 'T1499.001',
  moves: ['forks_per_second', 'processes'],
  parameters: {
    forksPerSecond: { help: 'processes started per second, if the machine can', default: 1_000, most: 2_000 },
    heldProcesses: { help: 'processes that stay until the end', default: 60, most: 200 },
  },
  work({ durationMs, values, signal }) {
    const options: ForkBurstOptions = { durationMs, ...values };
    return runWorker('fork-burst', options, signal);
  },
});
