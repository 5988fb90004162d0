import type { Scenario } from '../scenario.ts';
import { runWorker } from '../worker.ts';

/** A wiper's or encryptor's load: a burst of synchronous writes (ATT&CK T1485). */
export const diskThrash: Scenario = {
  name: 'disk_thrash',
  help: 'Synchronous writes, up to 128 MiB/s.',
  role: 'attack',
  moves: ['disk_write_bytes_per_second', 'io_pressure_ratio'],
  run: (options, signal) => runWorker('disk-thrash', options, signal),
};
