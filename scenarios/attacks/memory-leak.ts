import { scenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { MemoryLeakOptions } from '../workers/memory-leak.ts';

const MEBIBYTE = 1024 * 1024;
/** At most this part of what is available here, the container's limit counted in. */
const MOST_OF_AVAILABLE = 0.5;

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
  async obstacle({ values }) {
    const available = Math.floor(process.availableMemory() / MEBIBYTE);
    return values.mebibytes <= available * MOST_OF_AVAILABLE
      ? undefined
      : `would take ${values.mebibytes} MiB, more than half of the ${available} that are available`;
  },
  work({ durationMs, values, signal }) {
    const options: MemoryLeakOptions = { durationMs, bytes: values.mebibytes * MEBIBYTE };
    return runWorker('memory-leak', options, signal);
  },
});
