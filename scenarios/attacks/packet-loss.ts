import { scenario } from '../scenario/define.ts';
import { filterObstacle, runFilteringWorker } from '../scenario/socket-filters.ts';
import type { PacketLossOptions } from '../workers/packet-loss.ts';

/** A network that is flooded loses packets, and the senders send them again. */
export const packetLoss = scenario('attack', {
  name: 'packet_loss',
  help: 'Connections of its own on loopback that lose much of what is sent.',
  family: 'resources',
  technique: 'T1498',
  likeness: {
    like: 'The sender notices each loss as it would on a full link, and its kernel counts what it sends again.',
    unlike:
      'A filter on its own sockets drops the segments; no link is full, and nobody else loses anything.',
  },
  moves: ['tcp_retransmitted_segments_per_second', 'tcp_established'],
  parameters: {
    connections: { help: 'connections', default: 24, most: 128 },
    lostPercent: { help: 'share of the segments that is lost', default: 20, most: 60, fixed: true },
  },
  obstacle: filterObstacle,
  work({ durationMs, values, signal }) {
    const options: PacketLossOptions = { durationMs, ...values };
    return runFilteringWorker('packet-loss', options, signal);
  },
});
