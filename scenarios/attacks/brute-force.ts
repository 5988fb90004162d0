import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { HttpRequestsOptions } from '../workers/http-requests.ts';

const CONNECTIONS = 4;

/** Wrong passwords for one account; the victim's log, which a log rule reads, tells of each. */
export const bruteForce = targetedScenario('attack', {
  name: 'brute_force',
  help: 'Logins with wrong passwords.',
  family: 'web',
  technique: 'T1110',
  rules: ['application_login_failed'],
  moves: ['auth_failures_per_second'],
  parameters: {
    loginsPerSecond: { help: 'logins per second', default: 30, most: 200 },
  },
  work({ durationMs, values, target, signal }) {
    const options: HttpRequestsOptions = {
      durationMs,
      target,
      connections: CONNECTIONS,
      requestsPerSecond: values.loginsPerSecond,
      paths: ['/login'],
      body: { user: 'admin', password: 'letmein' },
    };
    return runWorker('http-requests', options, signal);
  },
});
