/** Creates pods that ask for what a pod should not have, and deletes them. They sleep. */
import type { V1SecurityContext } from '@kubernetes/client-node';
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { NO_RIGHTS, OwnPods, type PodShape, type PodsOptions } from './own-pods.ts';

export interface RiskyPodOptions extends PodsOptions {
  /** At a time. */
  readonly pods: number;
  /** Without it none is replaced. */
  readonly replacedSeconds?: number;
  /**
   * all rights: matches the default rules privileged_pod, host_path_pod, host_network_pod, host_pid_pod and dangerous_capability_pod;
   * host files: host_path_pod and host_pid_pod alone.
   */
  readonly kind: 'all rights' | 'host files';
}

interface Shape extends Pick<PodShape, 'purpose'> {
  readonly hostNetwork: boolean;
  readonly securityContext: V1SecurityContext;
}

const SHAPES: Readonly<Record<RiskyPodOptions['kind'], Shape>> = {
  'all rights': {
    purpose: 'risky-pod',
    hostNetwork: true,
    securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } },
  },
  'host files': { purpose: 'host-mount-pod', hostNetwork: false, securityContext: NO_RIGHTS },
};

function riskyPod(kind: RiskyPodOptions['kind'], lastsMs: number): PodShape {
  const { purpose, hostNetwork, securityContext } = SHAPES[kind];
  return {
    purpose,
    spec: {
      hostPID: true,
      ...(hostNetwork && { hostNetwork }),
      volumes: [{ name: 'host', hostPath: { path: '/etc/hostname', type: 'File' } }],
    },
    containers: [
      {
        name: 'sleep',
        command: ['node', '-e', `setTimeout(() => {}, ${lastsMs})`],
        resources: { limits: { cpu: '50m', memory: '96Mi' } },
        securityContext,
        volumeMounts: [{ name: 'host', mountPath: '/host/hostname', readOnly: true }],
      },
    ],
  };
}

/** Longer than the pod's own deadline, which ends it. */
const SLEEPS_LONGER_MS = 60_000;

const options = workerOptions<RiskyPodOptions>();
const { durationMs, pods: wanted, replacedSeconds, kind } = options;
const life = lifetime(durationMs);
await OwnPods.use(options, async (pods) => {
  const create = () => pods.create(riskyPod(kind, durationMs + SLEEPS_LONGER_MS));
  while (pods.size < wanted && life.goesOn()) await create();
  while (life.goesOn()) {
    await life.pause(replacedSeconds === undefined ? durationMs : replacedSeconds * 1_000);
    if (replacedSeconds === undefined || !life.goesOn()) continue;
    await pods.deleteOldest();
    await create();
  }
});
finish();
