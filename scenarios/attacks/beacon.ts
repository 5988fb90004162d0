import { scenario } from '../scenario/define.ts';
import { ownAddress, ownAddressObstacle } from '../scenario/own-address.ts';
import { runWorker } from '../scenario/worker.ts';
import type { BeaconOptions } from '../workers/beacon.ts';

/** Implants that ask their master for orders. */
export const beacon = scenario('attack', {
  name: 'beacon',
  help: 'Regular callbacks with jitter to an address of its own, each to another port.',
  family: 'post_exploitation',
  technique: 'T1071, T1571',
  rules: ['cluster_destination'],
  likeness: {
    like: 'Agents call back at intervals with jitter, go from one port to the next, and wait by long polling for orders.',
    unlike:
      'Real agents call once in minutes or hours, to addresses outside; here several call each second, to ports of an address of its own.',
  },
  moves: ['outbound_destinations_per_second', 'tcp_established'],
  parameters: {
    agents: { help: 'agents', default: 16, most: 64 },
    intervalSeconds: { help: "seconds between an agent's callbacks", default: 1, most: 600, fixed: true },
  },
  obstacle: ownAddressObstacle,
  work({ durationMs, values, signal }) {
    const options: BeaconOptions = {
      durationMs,
      address: ownAddress() ?? '',
      agents: values.agents,
      intervalMs: values.intervalSeconds * 1000,
    };
    return runWorker('beacon', options, signal);
  },
});
