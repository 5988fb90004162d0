import type { Scenario } from '../scenario.ts';
import { runWorker } from '../worker.ts';

/** A wiper's or encryptor's load: a burst of synchronous writes (ATT&CK T1485). */
export const diskThrash: Scenario = {
  name: 'disk_thrash',
  help: 'Rewrites one file of at most 64 MiB, each block forced to the disk, at 128 MiB/s at most.',
  role: 'attack',
  moves: ['disk_write_bytes_per_second', 'io_pressure_ratio'],
  run: (options, signal) => runWorker('disk-thrash', options, signal),
};
