/** Creates a pod that wants more of the CPU than its limit allows, and deletes it. */
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { NO_RIGHTS, OwnPods, type PodShape, type PodsOptions } from './own-pods.ts';

export interface LimitedPodOptions extends PodsOptions {
  readonly processes: number;
  readonly milliCpus: number;
}

const BUSY = 'while :; do :; done';

function limitedPod({ processes, milliCpus }: LimitedPodOptions): PodShape {
  const script = Array.from({ length: processes }, () => BUSY).join(' & ');
  return {
    purpose: 'limited-pod',
    containers: [
      {
        name: 'busy',
        command: ['sh', '-c', script],
        resources: { limits: { cpu: `${milliCpus}m`, memory: '32Mi' } },
        securityContext: NO_RIGHTS,
      },
    ],
  };
}

const options = workerOptions<LimitedPodOptions>();
const life = lifetime(options.durationMs);
await OwnPods.use(options, async (pods) => {
  await pods.create(limitedPod(options));
  await life.pause(options.durationMs);
});
finish();
