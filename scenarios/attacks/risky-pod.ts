import { scenario } from '../scenario/define.ts';
import { clusterObstacle, ownPod } from '../scenario/own-pod.ts';
import { runWorker } from '../scenario/worker.ts';
import type { RiskyPodOptions } from '../workers/risky-pod.ts';

/** A pod with the rights of the node, which does nothing with them. */
export const riskyPod = scenario('attack', {
  name: 'risky_pod',
  help: 'Pods that are privileged and share the host; they sleep. Kubernetes only.',
  family: 'post_exploitation',
  technique: 'T1610',
  rules: ['privileged_pod', 'host_path_pod', 'host_network_pod', 'host_pid_pod', 'dangerous_capability_pod'],
  moves: ['risky_pods'],
  needsCluster: true,
  parameters: {
    pods: { help: 'pods', default: 1, most: 3, fixed: true },
  },
  obstacle: clusterObstacle,
  async work({ durationMs, values, signal }) {
    const own = ownPod();
    if (own === undefined) return;
    const options: RiskyPodOptions = { durationMs, ...values, kind: 'all rights', own };
    await runWorker('risky-pod', options, signal);
  },
});
