import { scenario } from '../scenario/define.ts';
import { placesFor } from '../scenario/limited-container.ts';
import { ownPod } from '../scenario/own-pod.ts';
import { runWorker } from '../scenario/worker.ts';
import type { CpuThrottleOptions } from '../workers/cpu-throttle.ts';
import type { LimitedPodOptions } from '../workers/limited-pod.ts';

const MILLI = 1e-3;

/** Work without an end in a container that may use little of a CPU: a miner in a limited pod, or a service that is kept busy. */
export const cpuThrottle = scenario('attack', {
  name: 'cpu_throttle',
  help: 'Busy processes that the CPU limit of their container holds back: in a pod of its own in a cluster, else in a cgroup of its own.',
  family: 'resources',
  technique: 'T1496',
  moves: ['cpu_throttled_seconds_per_second'],
  parameters: {
    processes: { help: 'busy processes', default: 2, most: 16 },
    milliCpus: { help: 'thousandths of a CPU that they may use', default: 200, most: 1_000, fixed: true },
  },
  async obstacle() {
    if (ownPod() !== undefined) return undefined;
    const places = placesFor(['cpu']);
    return typeof places === 'string' ? `needs a cgroup of its own, or a cluster: ${places}` : undefined;
  },
  async work({ durationMs, values, signal }) {
    const own = ownPod();
    if (own !== undefined) {
      const options: LimitedPodOptions = { durationMs, own, ...values };
      return runWorker('limited-pod', options, signal);
    }
    const options: CpuThrottleOptions = {
      durationMs,
      processes: values.processes,
      cpus: values.milliCpus * MILLI,
    };
    return runWorker('cpu-throttle', options, signal);
  },
});
