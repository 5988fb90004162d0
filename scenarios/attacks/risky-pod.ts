import { scenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { RiskyPodOptions } from '../workers/risky-pod.ts';

/** The pod that this runs in, as the Deployment tells it; undefined outside of clusters. */
function ownPod({
  KUBERNETES_SERVICE_HOST: server = '',
  KUBECONFIG: config = '',
  POD_NAMESPACE: namespace = '',
  POD_NAME: pod = '',
}: NodeJS.ProcessEnv): Pick<RiskyPodOptions, 'namespace' | 'pod'> | undefined {
  const isKnown = (server !== '' || config !== '') && namespace !== '' && pod !== '';
  return isKnown ? { namespace, pod } : undefined;
}

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
  async obstacle() {
    return ownPod(process.env) === undefined
      ? 'needs Kubernetes: a cluster, POD_NAMESPACE and POD_NAME'
      : undefined;
  },
  async work({ durationMs, values, signal }) {
    const own = ownPod(process.env);
    if (own === undefined) return;
    const options: RiskyPodOptions = { durationMs, ...values, ...own };
    await runWorker('risky-pod', options, signal);
  },
});
