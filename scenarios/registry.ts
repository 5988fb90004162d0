import { bruteForce } from './attacks/brute-force.ts';
import { connectionExhaustion } from './attacks/connection-exhaustion.ts';
import { cpuBurn } from './attacks/cpu-burn.ts';
import { diskThrash } from './attacks/disk-thrash.ts';
import { exfiltrationBurst } from './attacks/exfiltration-burst.ts';
import { fileTamper } from './attacks/file-tamper.ts';
import { forkBurst } from './attacks/fork-burst.ts';
import { httpFlood } from './attacks/http-flood.ts';
import { implant } from './attacks/implant.ts';
import { memoryLeak } from './attacks/memory-leak.ts';
import { portScan } from './attacks/port-scan.ts';
import { riskyPod } from './attacks/risky-pod.ts';
import { adminExec } from './benign/admin-exec.ts';
import { batchJob } from './benign/batch-job.ts';
import { loadSpike } from './benign/load-spike.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario there is: the attacks, then what is like them and is none. */
export const SCENARIOS: readonly Scenario[] = [
  cpuBurn,
  httpFlood,
  connectionExhaustion,
  portScan,
  bruteForce,
  forkBurst,
  memoryLeak,
  diskThrash,
  fileTamper,
  implant,
  exfiltrationBurst,
  riskyPod,
  loadSpike,
  batchJob,
  adminExec,
];
