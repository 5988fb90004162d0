import { scenario } from '../scenario/define.ts';
import { placesFor } from '../scenario/limited-container.ts';
import { ownPod } from '../scenario/own-pod.ts';
import { runWorker } from '../scenario/worker.ts';
import type { CrashLoopOptions } from '../workers/crash-loop.ts';
import type { OomKillOptions } from '../workers/oom-kill.ts';

const MEBIBYTE = 1024 * 1024;
const MILLI = 1e-3;
/** In a cluster: the kubelet starts again what was killed, after ever longer a wait. */
const PODS = { ends: ['exhausts', 'exhausts', 'exhausts'], pods: 3, replacedSeconds: 20 } as const;

/** Requests that make a service want more memory than it may have; it has a CPU limit, too, as such containers have. */
export const oomKill = scenario('attack', {
  name: 'oom_kill',
  help: 'Processes that want more memory than the limit of their container, each killed by the kernel: in a pod of its own in a cluster, else in a cgroup of its own.',
  family: 'resources',
  technique: 'T1499.004',
  moves: ['oom_kills_per_second', 'cpu_throttled_seconds_per_second'],
  movesInCluster: ['container_restarts_per_second'],
  parameters: {
    killsPerSecond: {
      help: 'processes killed per second, if its CPU limit lets them',
      default: 12,
      most: 20,
    },
    mebibytes: { help: 'MiB that the container may have', default: 4, most: 64, fixed: true },
    milliCpus: { help: 'thousandths of a CPU that it may use', default: 100, most: 500, fixed: true },
  },
  async obstacle() {
    if (ownPod() !== undefined) return undefined;
    const places = placesFor(['memory', 'cpu']);
    return typeof places === 'string' ? `needs a cgroup of its own, or a cluster: ${places}` : undefined;
  },
  async work({ durationMs, values, signal }) {
    const own = ownPod();
    if (own !== undefined) {
      const options: CrashLoopOptions = { durationMs, own, ...PODS };
      return runWorker('crash-loop', options, signal);
    }
    const options: OomKillOptions = {
      durationMs,
      killsPerSecond: values.killsPerSecond,
      memoryBytes: values.mebibytes * MEBIBYTE,
      cpus: values.milliCpus * MILLI,
    };
    return runWorker('oom-kill', options, signal);
  },
});
