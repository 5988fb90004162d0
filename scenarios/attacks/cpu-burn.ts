import { availableParallelism } from 'node:os';
import type { Scenario } from '../scenario.ts';
import { runWorker } from '../worker.ts';

/** A miner's load: every CPU of the node busy (ATT&CK T1496). */
export const cpuBurn: Scenario = {
  name: 'cpu_burn',
  help: 'One busy process per CPU.',
  role: 'attack',
  moves: ['cpu_busy_ratio'],
  async run(options, signal) {
    const workers = Array.from({ length: availableParallelism() }, () =>
      runWorker('cpu-burn', options, signal),
    );
    const ends = await Promise.allSettled(workers);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  },
};
