import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { ApiAccess } from './api-access.ts';
import { KubernetesError } from './errors.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const IDLE_MS = 30_000;

async function readCredential(folder: string, name: string): Promise<string> {
  try {
    return (await readFile(join(folder, name), 'utf8')).trim();
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new KubernetesError('unauthorized', `service account: ${name}: ${code}`, { cause });
  }
}

/**
 * The API server as a pod finds it: two environment variables and the mounted service account.
 *
 * The token is read for each request, since the kubelet replaces it about every hour: a small file in memory.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 * @param folder where the service account is mounted
 * @returns undefined outside of clusters
 */
export function inCluster(env: NodeJS.ProcessEnv, folder = SERVICE_ACCOUNT): ApiAccess | undefined {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (host === '') return undefined;
  let authority = '';
  let agent = new Agent();
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    async requestOptions() {
      // In turn, so that of two that are missing always the same one is told: both are small and in memory.
      const token = await readCredential(folder, 'token');
      const ca = await readCredential(folder, 'ca.crt');
      if (ca !== authority) {
        agent.destroy();
        agent = new Agent({ ca, keepAlive: true, timeout: IDLE_MS });
        authority = ca;
      }
      return { agent, headers: { Authorization: `Bearer ${token}` } };
    },
  };
}
