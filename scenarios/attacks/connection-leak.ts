import { scenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { ConnectionLeakOptions } from '../workers/connection-leak.ts';

/** Somebody found the request after which the service forgets to close, and asks it until no descriptor is left. */
export const connectionLeak = scenario('attack', {
  name: 'connection_leak',
  help: 'Connections that the clients of a listener of its own have closed, and that it never closes.',
  family: 'resources',
  technique: 'T1499.004',
  moves: ['tcp_close_wait'],
  parameters: {
    connections: { help: 'connections leaked', default: 200, most: 1_000 },
    leakedPerSecond: { help: 'connections leaked per second', default: 100, most: 1_000, fixed: true },
  },
  work({ durationMs, values, signal }) {
    const options: ConnectionLeakOptions = { durationMs, ...values };
    return runWorker('connection-leak', options, signal);
  },
});
