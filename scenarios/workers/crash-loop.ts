/**
 * Creates pods whose containers end again and again, each in another way. The kubelet waits ever longer before it starts one again, so
 * that new pods come and the oldest go.
 */
import { finish, lifetime, workerOptions } from './lifetime.ts';
import { NO_RIGHTS, OwnPods, type PodShape, type PodsOptions } from './own-pods.ts';

export interface CrashLoopOptions extends PodsOptions {
  /** Of the containers of each pod. */
  readonly ends: readonly (keyof typeof ENDS)[];
  readonly pods: number;
  readonly replacedSeconds: number;
}

/** Ends with an error, with success, and by the kernel for want of memory. */
const ENDS = {
  fails: 'sleep 1; exit 1',
  completes: 'sleep 1',
  exhausts: 'sleep 1; exec dd if=/dev/zero of=/dev/null bs=128M count=1',
};

function crashing(ends: CrashLoopOptions['ends']): PodShape {
  const containers = ends.map((end, i) => ({
    name: `${end}-${i + 1}`,
    command: ['sh', '-c', ENDS[end]],
    resources: { limits: { cpu: '50m', memory: '32Mi' } },
    securityContext: NO_RIGHTS,
  }));
  return { purpose: 'crash-loop', spec: { restartPolicy: 'Always' }, containers };
}

const options = workerOptions<CrashLoopOptions>();
const { durationMs, ends, pods: most, replacedSeconds } = options;
const life = lifetime(durationMs);
await OwnPods.use(options, async (pods) => {
  while (life.goesOn()) {
    if (pods.size >= most) await pods.deleteOldest();
    await pods.create(crashing(ends));
    await life.pause(pods.size < most ? 0 : replacedSeconds * 1000);
  }
});
finish();
