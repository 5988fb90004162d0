/** The pod that this runs in. */
export interface OwnPod {
  readonly namespace: string;
  readonly pod: string;
}

/** As the Deployment tells it; undefined outside of clusters. */
export function ownPod(environment: NodeJS.ProcessEnv = process.env): OwnPod | undefined {
  const {
    KUBERNETES_SERVICE_HOST: server = '',
    KUBECONFIG: config = '',
    POD_NAMESPACE: namespace = '',
    POD_NAME: pod = '',
  } = environment;
  const isKnown = (server !== '' || config !== '') && namespace !== '' && pod !== '';
  return isKnown ? { namespace, pod } : undefined;
}

/** Why there can be no pods; undefined when there can. */
export async function clusterObstacle(): Promise<string | undefined> {
  return ownPod() === undefined ? 'needs Kubernetes: a cluster, POD_NAMESPACE and POD_NAME' : undefined;
}
