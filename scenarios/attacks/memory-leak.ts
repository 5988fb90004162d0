import { scenario } from '../scenario/define.ts';
import { MEBIBYTE, memoryObstacle } from '../scenario/memory.ts';
import { runWorker } from '../scenario/worker.ts';
import type { MemoryLeakOptions } from '../workers/memory-leak.ts';

/** A process that takes memory and never gives it back, until its end. */
export const memoryLeak = scenario('attack', {
  name: 'memory_leak',
  help: 'Memory taken bit by bit and held.',
  family: 'resources',
  technique: 'T1499.004',
  moves: ['memory_used_ratio', 'container_memory_working_set_bytes'],
  parameters: {
    mebibytes: { help: 'MiB taken', default: 1_024, most: 4_096 },
  },
  obstacle: ({ values }) => memoryObstacle(values.mebibytes),
  work({ durationMs, values, signal }) {
    const options: MemoryLeakOptions = { durationMs, bytes: values.mebibytes * MEBIBYTE };
    return runWorker('memory-leak', options, signal);
  },
});
