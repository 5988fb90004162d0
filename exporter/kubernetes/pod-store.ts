import type { V1Pod } from '@kubernetes/client-node';
import { KubernetesError } from './errors.ts';
import { PodNames } from './pod-names.ts';
import { prunePod } from './prune-pod.ts';
import { Restarts } from './restarts.ts';

/** Kubelets take 110 by default, and some hundred at most. */
const MAX_PODS = 2_000;

/** The pods of this node as the API server last showed them. */
export class PodStore {
  readonly names = new PodNames();
  readonly restarts = new Restarts();
  readonly #pods = new Map<string, V1Pod>();
  #complete = false;

  /** Whether all pods were listed at least once. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Each a new object when it changed. */
  list(): readonly V1Pod[] {
    return [...this.#pods.values()];
  }

  /**
   * A pod is there, or changed.
   *
   * @throws {KubernetesError} `failed` when there are more than any node has
   */
  put(pod: V1Pod): void {
    const uid = pod.metadata?.uid;
    if (uid === undefined) return;
    const before = this.#pods.get(uid);
    if (before === undefined && this.#pods.size >= MAX_PODS) {
      throw new KubernetesError('failed', `this node has more than ${MAX_PODS} pods`);
    }
    const after = prunePod(pod);
    this.#pods.set(uid, after);
    this.names.update(before, after);
    // What the first list shows has happened before our time.
    if (this.#complete) this.restarts.observe(before, after);
  }

  /** A pod is gone. */
  delete(uid: string): void {
    const before = this.#pods.get(uid);
    if (before === undefined) return;
    this.#pods.delete(uid);
    this.names.update(before, undefined);
  }

  /**
   * A list has ended.
   *
   * @param uids of the pods in it; others are gone
   */
  retain(uids: ReadonlySet<string>): void {
    for (const uid of this.#pods.keys()) if (!uids.has(uid)) this.delete(uid);
    this.#complete = true;
    this.names.listed();
  }
}
