import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { IdleConnectionsOptions } from '../workers/idle-connections.ts';

/** Slowloris: connections that are held and never ask. */
export const connectionExhaustion = targetedScenario('attack', {
  name: 'connection_exhaustion',
  help: 'Connections held open by requests that never end.',
  family: 'web',
  technique: 'T1499.001',
  moves: ['tcp_established'],
  parameters: {
    connections: { help: 'connections held', default: 200, most: 1_000 },
    openedPerSecond: { help: 'connections opened per second', default: 200, most: 1_000, fixed: true },
  },
  work({ durationMs, values, target, signal }) {
    const options: IdleConnectionsOptions = { durationMs, target, endless: 'headers', ...values };
    return runWorker('idle-connections', options, signal);
  },
});
