/** Creates pods that ask for all that a pod should not have, and deletes them. They sleep. */
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { OwnPods, type PodShape, type PodsOptions } from './own-pods.ts';

export interface RiskyPodOptions extends PodsOptions {
  readonly pods: number;
}

/** Matches the default rules privileged_pod, host_path_pod, host_network_pod, host_pid_pod and dangerous_capability_pod. */
function riskyPod(lastsMs: number): PodShape {
  return {
    purpose: 'risky-pod',
    spec: {
      hostPID: true,
      hostNetwork: true,
      volumes: [{ name: 'host', hostPath: { path: '/etc/hostname', type: 'File' } }],
    },
    containers: [
      {
        name: 'sleep',
        command: ['node', '-e', `setTimeout(() => {}, ${lastsMs})`],
        resources: { limits: { cpu: '50m', memory: '96Mi' } },
        securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } },
        volumeMounts: [{ name: 'host', mountPath: '/host/hostname', readOnly: true }],
      },
    ],
  };
}

/** Longer than the pod's own deadline, which ends it. */
const SLEEPS_LONGER_MS = 60_000;

const options = workerOptions<RiskyPodOptions>();
const { durationMs, pods: wanted } = options;
const life = lifetime(durationMs);
await OwnPods.use(options, async (pods) => {
  while (pods.size < wanted && life.goesOn()) await pods.create(riskyPod(durationMs + SLEEPS_LONGER_MS));
  await life.pause(durationMs);
});
finish();
