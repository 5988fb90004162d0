import { ASKING, COMPUTING, FILES } from '../scenario/column-groups.ts';
import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { HealthChecksOptions } from '../workers/health-checks.ts';

/** Somebody set the probes of many containers to every second: shells and connections without an end. */
export const healthCheckStorm = targetedScenario('benign', {
  name: 'health_check_storm',
  help: 'Probes by sh -c, and by a connection of its own to the service for each.',
  resembles: ['web', 'post_exploitation', 'vulnerability'],
  technique: 'T1609',
  rules: ['shell_in_container'],
  moves: [
    ...COMPUTING,
    ...FILES,
    ...ASKING,
    'tcp_time_wait',
    'suspicious_execs_per_second',
    'outbound_destinations_per_second',
  ],
  parameters: {
    probesPerSecond: { help: 'probes of each kind per second', default: 20, most: 100 },
  },
  work({ durationMs, values, target, signal }) {
    const options: HealthChecksOptions = { durationMs, target, ...values };
    return runWorker('health-checks', options, signal);
  },
});
