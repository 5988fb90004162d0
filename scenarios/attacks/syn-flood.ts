import { scenario } from '../scenario/define.ts';
import { filterObstacle, runFilteringWorker } from '../scenario/socket-filters.ts';
import type { SynFloodOptions } from '../workers/syn-flood.ts';

/** Half-open connections, until the listener has room for no more and answers with cookies. */
export const synFlood = scenario('attack', {
  name: 'syn_flood',
  help: 'Connections begun and never completed, from ever other addresses of loopback, to a listener of its own.',
  family: 'resources',
  technique: 'T1499.001',
  likeness: {
    like: 'The kernel of the flooded listener sees what it sees of a real flood: requests whose answers reach nobody, a full queue, cookies.',
    unlike:
      'The listener is its own and not the service, the addresses are those of loopback, and no uplink carries any of it.',
  },
  moves: ['tcp_syn_recv', 'tcp_syncookies_per_second'],
  parameters: {
    backlog: { help: 'connections that may be half open at a time', default: 128, most: 1_024, fixed: true },
    synsPerSecond: { help: 'connections begun per second', default: 400, most: 2_000 },
  },
  obstacle: filterObstacle,
  work({ durationMs, values, signal }) {
    const options: SynFloodOptions = { durationMs, ...values };
    return runFilteringWorker('syn-flood', options, signal);
  },
});
