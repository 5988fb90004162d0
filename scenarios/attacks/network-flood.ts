import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { NetworkFloodOptions } from '../workers/network-flood.ts';

/** Many small packets, as one of many machines sends them that are told to take part in a flood. */
export const networkFlood = targetedScenario('attack', {
  name: 'network_flood',
  help: 'UDP datagrams to the port of another machine, which takes none.',
  family: 'post_exploitation',
  technique: 'T1498.001',
  rules: ['cluster_destination'],
  likeness: {
    like: 'The uplink of the node carries far more small packets out than in, to one address.',
    unlike:
      'The target is a service that was allowed, the rate is far below what hurts it, the sender is not forged, and a TCP connection tells that the target is there.',
  },
  moves: ['network_transmit_packets_per_second', 'network_transmit_bytes_per_second'],
  beyondLoopback: true,
  parameters: {
    packetsPerSecond: { help: 'datagrams per second', default: 2_000, most: 5_000 },
    packetBytes: { help: 'bytes of each', default: 512, most: 1_400, fixed: true },
  },
  work({ durationMs, values, target, signal }) {
    const options: NetworkFloodOptions = { durationMs, target, ...values };
    return runWorker('network-flood', options, signal);
  },
});
