import { scenario } from '../scenario/define.ts';
import { clusterObstacle, ownPod } from '../scenario/own-pod.ts';
import { runWorker } from '../scenario/worker.ts';
import type { ApiAbuseOptions } from '../workers/api-abuse.ts';

/** What somebody asks who found a service account's token. */
export const apiAbuse = scenario('attack', {
  name: 'api_abuse',
  help: 'Questions to the API server for secrets, nodes, roles and the kubelet, as far as the rights of its own pod go. Kubernetes only.',
  family: 'post_exploitation',
  technique: 'T1613, T1552.007',
  rules: ['api_access_denied', 'cluster_destination'],
  likeness: {
    like: 'A pod reviews its own rights, and asks for what it has no business with, most of which is refused and written to the audit log.',
    unlike:
      'It only reads and reviews, asks for one object and its metadata alone, and does nothing with what it should be given; a real one would go on with what is allowed.',
  },
  moves: ['container_network_transmit_bytes_per_second', 'container_network_receive_bytes_per_second'],
  needsCluster: true,
  parameters: {
    requestsPerSecond: { help: 'questions per second', default: 20, most: 50 },
  },
  obstacle: clusterObstacle,
  async work({ durationMs, values, signal }) {
    const own = ownPod();
    if (own === undefined) return;
    const { namespace } = own;
    const { NODE_NAME: node = '' } = process.env;
    const options: ApiAbuseOptions = { durationMs, namespace, node, ...values };
    await runWorker('api-abuse', options, signal);
  },
});
