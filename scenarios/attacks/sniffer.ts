import { scenario } from '../scenario/define.ts';
import { namespaceObstacle } from '../scenario/own-namespace.ts';
import { runWorker } from '../scenario/worker.ts';
import type { SnifferOptions } from '../workers/sniffer.ts';

/** Somebody listens. */
export const sniffer = scenario('attack', {
  name: 'sniffer',
  help: 'Packet sockets and a device in promiscuous mode, in a network namespace of its own.',
  family: 'post_exploitation',
  technique: 'T1040',
  likeness: {
    like: 'Packet sockets take every packet of every kind, and the device is in promiscuous mode.',
    unlike: 'They listen in an empty network namespace, where there is nothing to hear.',
  },
  moves: ['network_sniffers'],
  parameters: {
    sockets: { help: 'packet sockets', default: 10, most: 64 },
  },
  obstacle: namespaceObstacle,
  work({ durationMs, values, signal }) {
    const options: SnifferOptions = { durationMs, ...values };
    return runWorker('sniffer', options, signal);
  },
});
