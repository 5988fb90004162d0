import type { RequestOptions } from 'node:https';
import { UsageError } from '../../common/cli.ts';
import { inCluster } from './in-cluster.ts';

/** How to reach an API server. */
export interface ApiAccess {
  /** Such as `https://10.96.0.1:443`. */
  readonly server: string;
  /**
   * TLS and authorization of one request, read afresh each time: tokens and authorities are replaced while we run.
   *
   * @throws {KubernetesError} when a file cannot be read or a plug-in fails
   */
  requestOptions(): Promise<RequestOptions>;
}

/**
 * The API server of KUBECONFIG if that is set (for development), else that of the cluster this runs in; undefined
 * outside of clusters.
 *
 * @throws {UsageError} when KUBECONFIG cannot be used
 */
export async function findApiServer(env: NodeJS.ProcessEnv): Promise<ApiAccess | undefined> {
  const { KUBECONFIG: file = '' } = env;
  if (file === '') return inCluster(env);
  // The library's configuration knows every kind of kubeconfig and takes 75 MB: no pod is to pay for it.
  const { loadKubeconfig } = await import('./kubeconfig.ts');
  try {
    return loadKubeconfig();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`KUBECONFIG ${file}: ${reason}`, { cause: error });
  }
}
