import { availableParallelism } from 'node:os';
import { scenario } from '../scenario/define.ts';
import { MEBIBYTE, memoryObstacle } from '../scenario/memory.ts';
import { ownAddress, ownAddressObstacle } from '../scenario/own-address.ts';
import { runWorker, runWorkers } from '../scenario/worker.ts';
import type { CpuBurnOptions } from '../workers/cpu-burn.ts';
import type { MemoryLeakOptions } from '../workers/memory-leak.ts';
import type { MiningOptions } from '../workers/mining.ts';

const PERCENT = 100;
/** However many CPUs there are. */
const MOST_CPUS = 64;

/** Somebody else's coins. */
export const mining = scenario('attack', {
  name: 'mining',
  help: 'Busy CPUs, memory that is held, and connections to the port of a mining pool on an address of its own.',
  family: 'resources',
  technique: 'T1496',
  rules: ['mining_port', 'cluster_destination'],
  likeness: {
    like: 'A miner logs in at a pool by a line of Stratum, keeps the connection, holds a data set in memory, and takes what CPU there is.',
    unlike:
      'The pool is a process of the scenario at an address of its own, gives no work, and nothing is mined.',
  },
  moves: ['cpu_busy_ratio', 'container_cpu_cores', 'memory_used_ratio', 'container_memory_working_set_bytes'],
  parameters: {
    busyPercent: { help: 'share of each CPU', default: 90, most: 100 },
    mebibytes: { help: 'MiB held; RandomX takes 2,080', default: 1_024, most: 2_080 },
    connections: { help: 'connections to the pool', default: 2, most: 16, fixed: true },
  },
  obstacle: async ({ values }) => (await ownAddressObstacle()) ?? (await memoryObstacle(values.mebibytes)),
  work({ durationMs, values, signal }) {
    const address = ownAddress() ?? '';
    const pool: MiningOptions = { durationMs, address, connections: values.connections };
    const burn: CpuBurnOptions = { durationMs, share: values.busyPercent / PERCENT };
    const dataset: MemoryLeakOptions = { durationMs, bytes: values.mebibytes * MEBIBYTE };
    const length = Math.min(availableParallelism(), MOST_CPUS);
    return runWorkers([
      runWorker('mining', pool, signal),
      runWorker('memory-leak', dataset, signal),
      ...Array.from({ length }, () => runWorker('cpu-burn', burn, signal)),
    ]);
  },
});
