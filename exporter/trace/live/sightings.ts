/** A sighting tells of what happened at most this long before it; longer, and the process may have gone on to something else. */
const LONGEST_DELAY_NS = 100e6;
const MOST_KEPT = 4096;

/** What was seen of processes right after something had happened in them, by pid. */
export class Sightings<T> {
  readonly #seen = new Map<number, { readonly atNs: number; readonly what: T }>();

  add(pid: number, atNs: number, what: T): void {
    this.#seen.delete(pid);
    this.#seen.set(pid, { atNs, what });
    if (this.#seen.size <= MOST_KEPT) return;
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest);
      return;
    }
  }

  /** What was seen of `pid` after something happened in it at `timeNs`; forgets it. */
  take(pid: number, timeNs: number): T | undefined {
    const sighting = this.#seen.get(pid);
    if (sighting === undefined || sighting.atNs < timeNs) return undefined;
    this.#seen.delete(pid);
    return sighting.atNs - timeNs < LONGEST_DELAY_NS ? sighting.what : undefined;
  }
}
