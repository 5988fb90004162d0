import { UsageError } from '../../common/cli.ts';
import type { ApiAccess } from './api-access.ts';
import { inCluster } from './in-cluster.ts';

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
