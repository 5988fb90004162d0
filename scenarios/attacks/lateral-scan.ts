import { targetedScenario } from '../scenario/define.ts';
import { ownAddress, ownAddressObstacle } from '../scenario/own-address.ts';
import { runWorker } from '../scenario/worker.ts';
import type { LateralScanOptions } from '../workers/lateral-scan.ts';

/** Where to go next. */
export const lateralScan = targetedScenario('attack', {
  name: 'lateral_scan',
  help: 'TCP connects to one port after the other of an address of its own, and to the target, an allowed service.',
  family: 'post_exploitation',
  technique: 'T1046',
  rules: ['cluster_destination'],
  likeness: {
    like: 'One private destination after the other is connected to, services of databases and control planes first, and most refuse.',
    unlike:
      'A real scan goes from address to address; this one stays on its own and on the one service that was allowed.',
  },
  moves: ['outbound_destinations_per_second', 'tcp_resets_sent_per_second'],
  parameters: {
    probesPerSecond: { help: 'ports tried per second', default: 60, most: 500 },
  },
  obstacle: ownAddressObstacle,
  work({ durationMs, values, target, signal }) {
    const options: LateralScanOptions = { durationMs, address: ownAddress() ?? '', target, ...values };
    return runWorker('lateral-scan', options, signal);
  },
});
