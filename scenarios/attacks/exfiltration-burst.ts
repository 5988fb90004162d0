import { targetedScenario } from '../scenario/define.ts';
import { spaceObstacle } from '../scenario/disk-space.ts';
import { runWorker } from '../scenario/worker.ts';
import type { ExfiltrationOptions } from '../workers/exfiltration.ts';

const MEBIBYTE = 1024 * 1024;
const STAGED_BYTES = 64 * MEBIBYTE;

/** Data leaves over the uplink, to a service that throws it away. */
export const exfiltrationBurst = targetedScenario('attack', {
  name: 'exfiltration_burst',
  help: 'Random bytes gathered on the disk and uploaded to another machine.',
  family: 'post_exploitation',
  technique: 'T1041, T1074.001',
  rules: ['cluster_destination'],
  moves: [
    'network_transmit_bytes_per_second',
    'network_transmit_packets_per_second',
    'disk_write_bytes_per_second',
  ],
  beyondLoopback: true,
  parameters: {
    mebibytesPerSecond: { help: 'MiB uploaded per second', default: 16, most: 64 },
    mebibytes: { help: 'MiB uploaded in all', default: 2_048, most: 8_192, fixed: true },
  },
  obstacle: ({ folder }) => spaceObstacle(folder, STAGED_BYTES),
  work({ durationMs, values, folder, target, signal }) {
    const options: ExfiltrationOptions = {
      durationMs,
      folder,
      target,
      stagedBytes: STAGED_BYTES,
      bytesPerSecond: values.mebibytesPerSecond * MEBIBYTE,
      bytes: values.mebibytes * MEBIBYTE,
    };
    return runWorker('exfiltration', options, signal);
  },
});
