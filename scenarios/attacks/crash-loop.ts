import { scenario } from '../scenario/define.ts';
import { clusterObstacle, ownPod } from '../scenario/own-pod.ts';
import { runWorker } from '../scenario/worker.ts';
import type { CrashLoopOptions } from '../workers/crash-loop.ts';

/** A service that falls over as often as it is started, as one does whose memory an attacker corrupts or exhausts. */
export const crashLoop = scenario('attack', {
  name: 'crash_loop',
  help: 'Pods whose containers fail, complete and run out of memory, and are started again. Kubernetes only.',
  family: 'resources',
  technique: 'T1499.004',
  moves: ['container_restarts_per_second', 'oom_kills_per_second'],
  needsCluster: true,
  parameters: {
    pods: { help: 'pods at a time, three containers each', default: 3, most: 6 },
    replacedSeconds: {
      help: 'seconds until the oldest pod is replaced',
      default: 20,
      most: 600,
      fixed: true,
    },
  },
  obstacle: clusterObstacle,
  async work({ durationMs, values, signal }) {
    const own = ownPod();
    if (own === undefined) return;
    const options: CrashLoopOptions = {
      durationMs,
      own,
      ends: ['fails', 'completes', 'exhausts'],
      ...values,
    };
    await runWorker('crash-loop', options, signal);
  },
});
