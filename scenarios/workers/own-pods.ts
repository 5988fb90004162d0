/**
 * Pods that a worker makes beside the one that it runs in, on the same node and of the same image. Should nobody be left to delete them,
 * they end by their deadline, and go when this pod goes, which owns them.
 */
import { CoreV1Api, type V1Container, type V1Pod, type V1PodSpec } from '@kubernetes/client-node';
import type { OwnPod } from '../scenario/own-pod.ts';
import type { WorkerOptions } from '../scenario/worker.ts';
import { kubeConfig } from './kube-config.ts';

/** A pod is to be gone by then even when nobody deletes it. */
const GRACE_S = 30;

export interface PodsOptions extends WorkerOptions {
  readonly own: OwnPod;
}

/** What is particular to a pod. */
export interface PodShape {
  /** In its name and label. */
  readonly purpose: string;
  readonly containers: readonly Omit<V1Container, 'image'>[];
  readonly spec?: Partial<V1PodSpec>;
}

/** A container that has no rights and needs none. */
export const NO_RIGHTS = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 65_532,
  runAsGroup: 65_532,
  capabilities: { drop: ['ALL'] },
};

function bodyOf(own: V1Pod, { purpose, containers, spec }: PodShape, lastsS: number): V1Pod {
  const { name = '', uid = '' } = own.metadata ?? {};
  const { nodeName, containers: [first] = [] } = own.spec ?? {};
  const image = first?.image ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `kubevigil-${purpose}-`,
      labels: { 'app.kubernetes.io/name': `kubevigil-${purpose}`, 'app.kubernetes.io/part-of': 'kubevigil' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }],
    },
    spec: {
      ...(nodeName === undefined ? {} : { nodeName }),
      activeDeadlineSeconds: lastsS,
      terminationGracePeriodSeconds: 0,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      ...spec,
      containers: containers.map((container) => ({ image, imagePullPolicy: 'IfNotPresent', ...container })),
    },
  };
}

/** What the API server says of an error, without the headers and body that the library adds. */
function reasonOf(error: unknown): string {
  const { body, message } = error as { body?: string; message?: string };
  try {
    return (JSON.parse(body ?? '') as { message: string }).message;
  } catch {
    return String(message ?? error).split('\n')[0] ?? '';
  }
}

/** Makes pods, and deletes those that are left at the end. */
export class OwnPods {
  readonly #api = kubeConfig().makeApiClient(CoreV1Api);
  readonly #options: PodsOptions;
  readonly #left: string[] = [];

  private constructor(options: PodsOptions) {
    this.#options = options;
  }

  /**
   * Does something with pods.
   *
   * @throws {Error} one line: what the API server said
   */
  static async use(options: PodsOptions, act: (pods: OwnPods) => Promise<void>): Promise<void> {
    const pods = new OwnPods(options);
    try {
      await act(pods);
    } catch (error) {
      throw new Error(`the API server refused: ${reasonOf(error)}`, { cause: error });
    } finally {
      while (pods.#left.length > 0) await pods.deleteOldest();
    }
  }

  get size(): number {
    return this.#left.length;
  }

  async create(shape: PodShape): Promise<void> {
    const { own, durationMs } = this.#options;
    const { namespace, pod: name } = own;
    const maker = await this.#api.readNamespacedPod({ namespace, name });
    const body = bodyOf(maker, shape, Math.ceil(durationMs / 1000) + GRACE_S);
    const { metadata } = await this.#api.createNamespacedPod({ namespace, body });
    this.#left.push(metadata?.name ?? '');
  }

  async deleteOldest(): Promise<void> {
    const name = this.#left.shift();
    const { namespace } = this.#options.own;
    if (name !== undefined) await this.#api.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
  }
}
