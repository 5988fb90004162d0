const MAX_PER_POD = 8_192;
const MAX_IN_ALL = 50_000;

/**
 * Where each pod has connected to, so that a destination counts once.
 *
 * Bounded: the least recently used destination of the pod that adds is forgotten, or of the pod that has the most
 * when the node is full. One that comes back after that counts again; a scan of a pod never makes another pod's
 * destinations count again before its own.
 */
export class Destinations {
  readonly #pods = new Map<string, Set<string>>();
  #size = 0;

  /** Destinations remembered in all. */
  get size(): number {
    return this.#size;
  }

  /** Whether this is the first time that the pod goes there. */
  isNew(pod: string, address: string, port: number): boolean {
    const key = `${address} ${port}`;
    const known = this.#pods.get(pod) ?? new Set<string>();
    this.#pods.set(pod, known);
    // Deleted and added again, it is the youngest of the set.
    if (known.delete(key)) {
      known.add(key);
      return false;
    }
    if (known.size >= MAX_PER_POD) this.#forgetOldest(known);
    else if (this.#size >= MAX_IN_ALL) this.#forgetOldest(this.#largest());
    known.add(key);
    this.#size += 1;
    return true;
  }

  /** Forgets the pods that are not among these. */
  keep(pods: ReadonlySet<string>): void {
    for (const [pod, known] of this.#pods) {
      if (pods.has(pod)) continue;
      this.#pods.delete(pod);
      this.#size -= known.size;
    }
  }

  #largest(): Set<string> {
    return [...this.#pods.values()].reduce((most, known) => (known.size > most.size ? known : most));
  }

  #forgetOldest(known: Set<string>): void {
    const [oldest] = known;
    if (oldest !== undefined && known.delete(oldest)) this.#size -= 1;
  }
}
