import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { HttpRequestsOptions } from '../workers/http-requests.ts';

/** Requests for a page that is expensive to make, as fast as they are answered. */
export const httpFlood = targetedScenario('attack', {
  name: 'http_flood',
  help: 'Requests for a costly page from many connections.',
  family: 'web',
  technique: 'T1499.002',
  moves: ['tcp_established', 'container_cpu_cores'],
  parameters: {
    connections: { help: 'connections, kept', default: 64, most: 256 },
    requestsPerSecond: { help: 'requests per second', default: 800, most: 5_000 },
  },
  work({ durationMs, values, target, signal }) {
    const options: HttpRequestsOptions = { durationMs, target, ...values, paths: ['/work'] };
    return runWorker('http-requests', options, signal);
  },
});
