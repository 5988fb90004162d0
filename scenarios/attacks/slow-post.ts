import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { IdleConnectionsOptions } from '../workers/idle-connections.ts';

/** R.U.D.Y.: forms that are sent a byte at a time, so that each keeps a connection and whoever waits for it. */
export const slowPost = targetedScenario('attack', {
  name: 'slow_post',
  help: 'Connections held open by uploads that never end.',
  family: 'web',
  technique: 'T1499',
  likeness: {
    like: 'Whole headers that announce a long body, of which a byte comes now and then; what is closed is opened again.',
    unlike:
      'It comes from one address, and its connections are capped well below what would exhaust a service.',
  },
  moves: ['tcp_established'],
  parameters: {
    connections: { help: 'connections held', default: 150, most: 1_000 },
    openedPerSecond: { help: 'connections opened per second', default: 100, most: 1_000, fixed: true },
  },
  work({ durationMs, values, target, signal }) {
    const options: IdleConnectionsOptions = { durationMs, target, endless: 'body', ...values };
    return runWorker('idle-connections', options, signal);
  },
});
