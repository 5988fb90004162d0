/** An API server with a namespace in which a pod may make pods, and a kubelet that starts their containers again as often as they end. */
import type { ServerResponse } from 'node:http';
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import { ApiServer, refuseWith } from '../../support/api-server.ts';

const NAMESPACE = 'kubevigil';
export const NODE = 'worker-7';
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
/** The pod that makes the others. */
export const OWN: V1Pod = {
  metadata: { name: 'scenarios-1', namespace: NAMESPACE, uid: 'a1b2c3d4-0000-4000-8000-000000000001' },
  spec: { nodeName: NODE, containers: [{ name: 'scenarios', image: 'example/kubevigil:1' }] },
  status: { phase: 'Running' },
};

function answer(response: ServerResponse, status: number, value: object): true {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
  return true;
}

/** What the kubelet writes of a container that has ended once more: a name that begins so ends so. */
function ended(name: string, restartCount: number): V1ContainerStatus {
  const [exitCode, reason] = name.startsWith('exhausts')
    ? [137, 'OOMKilled']
    : name.startsWith('completes')
      ? [0, 'Completed']
      : [1, 'Error'];
  return {
    name,
    image: '',
    imageID: '',
    ready: false,
    restartCount,
    state: { running: {} },
    lastState: { terminated: { exitCode, reason } },
  };
}

export class PodsApi {
  readonly server = new ApiServer();
  /** What was created and not deleted, by name. */
  readonly pods = new Map<string, V1Pod>();
  readonly created: V1Pod[] = [];
  #environment: NodeJS.ProcessEnv = {};

  /** Starts it, and makes this process think that it runs in that pod. */
  async start(folder: string): Promise<void> {
    await this.server.start();
    this.server.put(OWN);
    this.#serveNamespace();
    this.#environment = { ...process.env };
    Object.assign(process.env, {
      KUBECONFIG: this.server.writeKubeconfig(folder),
      POD_NAMESPACE: NAMESPACE,
      POD_NAME: OWN.metadata?.name,
    });
  }

  async stop(): Promise<void> {
    process.env = this.#environment;
    await this.server.stop();
  }

  /** Each container that is to be started again has ended and been started. */
  restartAll(): void {
    for (const [name, pod] of this.pods) {
      if (pod.spec?.restartPolicy !== 'Always') continue;
      const count = (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) + 1;
      const containerStatuses = pod.spec.containers.map((container) => ended(container.name, count));
      const next = { ...pod, status: { phase: 'Running', containerStatuses } };
      this.pods.set(name, next);
      this.server.put(next);
    }
  }

  /** What the API server does with the pods of a namespace, for as many requests as come. */
  #serveNamespace(): void {
    const { overrides, tokens } = this.server;
    const serve: (typeof overrides)[number] = ({ method, path, query, token, body }, response) => {
      if (!path.startsWith(PODS)) return false;
      overrides.push(serve);
      if (!tokens.has(token)) return refuseWith(response, 401, 'Unauthorized');
      const name = path.slice(PODS.length + 1);
      if (method === 'POST') return answer(response, 201, this.#create(body as V1Pod));
      if (method === 'GET' && name === OWN.metadata?.name) return answer(response, 200, OWN);
      const pod = this.pods.get(name);
      if (method !== 'DELETE' || pod === undefined) return refuseWith(response, 404, 'NotFound');
      expect(query.get('gracePeriodSeconds')).to.equal('0');
      this.pods.delete(name);
      this.server.delete(pod.metadata?.uid ?? '');
      return answer(response, 200, pod);
    };
    overrides.push(serve);
  }

  #create(body: V1Pod): V1Pod {
    const number = this.created.length + 1;
    const name = `${body.metadata?.generateName}${number}`;
    const uid = `a1b2c3d4-0000-4000-8000-0000000${10_000 + number}`;
    const pod = { ...body, metadata: { ...body.metadata, name, namespace: NAMESPACE, uid } };
    this.created.push(pod);
    this.pods.set(name, pod);
    this.server.put(pod);
    return pod;
  }
}
