import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { ExfiltrationOptions } from '../workers/exfiltration.ts';

const MEBIBYTE = 1024 * 1024;

/** Data leaves over the uplink, to a service that throws it away. */
export const exfiltrationBurst = targetedScenario('attack', {
  name: 'exfiltration_burst',
  help: 'Random bytes uploaded to another machine.',
  family: 'post_exploitation',
  technique: 'T1041',
  rules: ['cluster_destination'],
  moves: ['network_transmit_bytes_per_second', 'network_transmit_packets_per_second'],
  beyondLoopback: true,
  parameters: {
    mebibytesPerSecond: { help: 'MiB uploaded per second', default: 16, most: 64 },
    mebibytes: { help: 'MiB uploaded in all', default: 2_048, most: 8_192, fixed: true },
  },
  work({ durationMs, values, target, signal }) {
    const options: ExfiltrationOptions = {
      durationMs,
      target,
      bytesPerSecond: values.mebibytesPerSecond * MEBIBYTE,
      bytes: values.mebibytes * MEBIBYTE,
    };
    return runWorker('exfiltration', options, signal);
  },
});
