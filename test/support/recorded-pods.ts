import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod, V1PodList } from '@kubernetes/client-node';
import { PodStore } from '../../exporter/kubernetes/pod-store.ts';
import { PodWatch } from '../../exporter/kubernetes/pod-watch.ts';
import { ROOT } from './paths.ts';

/** The pods of the recorded node, as an API server lists them. */
export function recordedPods(): V1Pod[] {
  const text = readFileSync(join(ROOT, 'test', 'fixtures', 'kubernetes', 'pods.json'), 'utf8');
  return (JSON.parse(text) as V1PodList).items;
}

/** A store that has listed these pods. */
export function storeOf(pods: readonly V1Pod[]): PodStore {
  const store = new PodStore();
  for (const pod of pods) store.put(pod);
  store.retain(new Set(pods.map(({ metadata }) => metadata?.uid ?? '')));
  return store;
}

/** A watch that has listed the recorded pods and asks nobody. */
export function recordedWatch(): PodWatch {
  const nobody = { server: 'https://127.0.0.1:1', requestOptions: async () => ({}) };
  return new PodWatch(nobody, 'node-7', storeOf(recordedPods()));
}
