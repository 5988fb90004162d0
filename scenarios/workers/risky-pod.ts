/**
 * Creates pods that ask for all that a pod should not have, on the node that this runs on, and deletes them. They run
 * the image of this pod and sleep. Should nobody be left to delete them, they end by their deadline, and go when this
 * pod goes, which owns them.
 */
import { CoreV1Api, KubeConfig, type V1Pod } from '@kubernetes/client-node';
import type { WorkerOptions } from '../scenario/worker.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

/** A pod is to be gone by then even when nobody deletes it. */
const GRACE_S = 30;

export interface RiskyPodOptions extends WorkerOptions {
  readonly pods: number;
  /** The pod that this runs in. */
  readonly namespace: string;
  readonly pod: string;
}

function connect(): CoreV1Api {
  const config = new KubeConfig();
  const { KUBECONFIG: file = '' } = process.env;
  if (file === '') config.loadFromCluster();
  else config.loadFromFile(file);
  return config.makeApiClient(CoreV1Api);
}

/** Matches the default rules privileged_pod, host_path_pod, host_network_pod, host_pid_pod and dangerous_capability_pod. */
function riskyPod(own: V1Pod, lastsS: number): V1Pod {
  const { name = '', uid = '' } = own.metadata ?? {};
  const { nodeName, containers = [] } = own.spec ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'kubevigil-risky-pod-',
      labels: { 'app.kubernetes.io/name': 'kubevigil-risky-pod', 'app.kubernetes.io/part-of': 'kubevigil' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }],
    },
    spec: {
      ...(nodeName === undefined ? {} : { nodeName }),
      activeDeadlineSeconds: lastsS,
      terminationGracePeriodSeconds: 0,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      hostPID: true,
      hostNetwork: true,
      volumes: [{ name: 'host', hostPath: { path: '/etc/hostname', type: 'File' } }],
      containers: [
        {
          name: 'sleep',
          image: containers[0]?.image ?? '',
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '-e', `setTimeout(() => {}, ${lastsS * 1000})`],
          resources: { limits: { cpu: '50m', memory: '96Mi' } },
          securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } },
          volumeMounts: [{ name: 'host', mountPath: '/host/hostname', readOnly: true }],
        },
      ],
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

const { durationMs, pods, namespace, pod } = workerOptions<RiskyPodOptions>();
const life = lifetime(durationMs);
const api = connect();
const created: string[] = [];
try {
  const own = await api.readNamespacedPod({ namespace, name: pod });
  const body = riskyPod(own, Math.ceil(durationMs / 1000) + GRACE_S);
  for (let i = 0; i < pods && life.goesOn(); i++) {
    const { metadata } = await api.createNamespacedPod({ namespace, body });
    created.push(metadata?.name ?? '');
  }
  await life.pause(durationMs);
} catch (error) {
  throw new Error(`the API server refused: ${reasonOf(error)}`, { cause: error });
} finally {
  for (const name of created) await api.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
}
finish();
