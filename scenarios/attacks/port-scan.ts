import { scenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { PortScanOptions } from '../workers/port-scan.ts';

/** A look for open ports, on loopback only: each closed one answers with a reset. */
export const portScan = scenario('attack', {
  name: 'port_scan',
  help: 'TCP connects to one port of loopback after the other.',
  family: 'post_exploitation',
  technique: 'T1046',
  moves: ['tcp_resets_sent_per_second'],
  parameters: {
    portsPerSecond: { help: 'ports tried per second', default: 400, most: 2_000 },
  },
  work({ durationMs, values, signal }) {
    const options: PortScanOptions = { durationMs, ...values };
    return runWorker('port-scan', options, signal);
  },
});
