import { availableParallelism } from 'node:os';
import { scenario } from '../scenario/define.ts';
import { runWorker, runWorkers } from '../scenario/worker.ts';
import type { CpuBurnOptions } from '../workers/cpu-burn.ts';

const PERCENT = 100;
/** However many CPUs there are. */
const MAX_PROCESSES = 64;

/** Others wait for a CPU at any time then. */
const PER_CPU = 2;

/** A load that leaves nothing to others. */
export const cpuBurn = scenario('attack', {
  name: 'cpu_burn',
  help: 'Two busy processes per CPU.',
  family: 'resources',
  technique: 'T1496',
  moves: ['cpu_busy_ratio', 'cpu_pressure_ratio', 'container_cpu_cores'],
  parameters: {
    busyPercent: { help: 'share of the time that each process is busy', default: 100, most: 100 },
    processes: {
      help: 'processes, two for each CPU if there are fewer',
      default: MAX_PROCESSES,
      most: MAX_PROCESSES,
      fixed: true,
    },
  },
  work({ durationMs, values, signal }) {
    const options: CpuBurnOptions = { durationMs, share: values.busyPercent / PERCENT };
    const length = Math.min(PER_CPU * availableParallelism(), values.processes);
    return runWorkers(Array.from({ length }, () => runWorker('cpu-burn', options, signal)));
  },
});
