import { COMPUTING, FILES } from '../scenario/column-groups.ts';
import { scenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { DeploymentRolloutOptions } from '../workers/deployment-rollout.ts';

/** A new version comes: replicas start, are connected to and take over from the old ones, one after the other. */
export const deploymentRollout = scenario('benign', {
  name: 'deployment_rollout',
  help: 'Small services that start, listen, get connections, and stop when their successor is there.',
  resembles: ['resources', 'post_exploitation'],
  technique: 'T1499.001',
  moves: [
    ...COMPUTING,
    ...FILES,
    'tcp_established',
    'tcp_resets_sent_per_second',
    'tcp_time_wait',
    'listening_sockets',
    // Where the pod has the rights of the node, its replicas have them, too.
    'suspicious_processes',
  ],
  parameters: {
    replicas: { help: 'services at a time', default: 6, most: 32 },
    connections: { help: 'connections to each', default: 8, most: 64, fixed: true },
    replacedPerMinute: { help: 'services replaced per minute', default: 60, most: 240 },
  },
  work({ durationMs, values, signal }) {
    const options: DeploymentRolloutOptions = { durationMs, ...values };
    return runWorker('deployment-rollout', options, signal);
  },
});
