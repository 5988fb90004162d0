import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { ApiAccess } from './api-access.ts';
import { KubernetesError } from './errors.ts';

/**
 * The current context of the files in KUBECONFIG, with whatever credentials it has: tokens, certificates, plug-ins.
 *
 * @throws {Error} when a file cannot be read, or names no cluster
 */
export function loadKubeconfig(): ApiAccess {
  const config = new KubeConfig();
  config.loadFromDefault();
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error('no current context with a cluster');
  return {
    server,
    async requestOptions() {
      const options: RequestOptions & { headers: OutgoingHttpHeaders } = { headers: {} };
      try {
        await config.applyToHTTPSOptions(options);
      } catch (error) {
        throw new KubernetesError('unreachable', `kubeconfig: ${String(error)}`, { cause: error });
      }
      return options;
    },
  };
}
