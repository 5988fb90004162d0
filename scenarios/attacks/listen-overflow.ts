import { scenario } from '../scenario/define.ts';
import { perlObstacle } from '../scenario/perl.ts';
import { runWorker } from '../scenario/worker.ts';
import type { ListenOverflowOptions } from '../workers/listen-overflow.ts';

/** A service that hangs while its clients come: its queue is full, and the kernel turns them away. */
export const listenOverflow = scenario('attack', {
  name: 'listen_overflow',
  help: 'More connections than a listener of its own, which accepts none, has room for.',
  family: 'resources',
  technique: 'T1499.002',
  moves: [
    'tcp_listen_overflows_per_second',
    'tcp_syn_sent',
    'tcp_established',
    'tcp_retransmitted_segments_per_second',
  ],
  parameters: {
    backlog: { help: 'connections that wait to be accepted', default: 16, most: 128, fixed: true },
    connectsPerSecond: { help: 'connections tried per second', default: 100, most: 1_000 },
  },
  obstacle: perlObstacle,
  work({ durationMs, values, signal }) {
    const options: ListenOverflowOptions = { durationMs, ...values };
    return runWorker('listen-overflow', options, signal);
  },
});
