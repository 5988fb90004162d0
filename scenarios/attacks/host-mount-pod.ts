import { scenario } from '../scenario/define.ts';
import { clusterObstacle, ownPod } from '../scenario/own-pod.ts';
import { runWorker } from '../scenario/worker.ts';
import type { RiskyPodOptions } from '../workers/risky-pod.ts';

/** The way out of a cluster that needs no privileged container: the node's files and processes, asked for pod after pod. */
export const hostMountPod = scenario('attack', {
  name: 'host_mount_pod',
  help: 'Pods without rights that mount a file of the node and share its processes, replaced one after the other; they sleep. Kubernetes only.',
  family: 'post_exploitation',
  technique: 'T1611',
  likeness: {
    like: 'The pod specifications ask for what an intruder with the right to make pods asks for first, and new pods come as he tries.',
    unlike: "They mount the node's host name read-only, run as nobody, and look at nothing.",
  },
  rules: ['host_path_pod', 'host_pid_pod'],
  moves: ['risky_pods'],
  needsCluster: true,
  parameters: {
    pods: { help: 'pods at a time', default: 2, most: 3, fixed: true },
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
    const options: RiskyPodOptions = { durationMs, ...values, kind: 'host files', own };
    await runWorker('risky-pod', options, signal);
  },
});
