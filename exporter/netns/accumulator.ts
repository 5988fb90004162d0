/** The counters of one source at one moment, in a settled order. */
export type Counts = readonly number[];

interface Source {
  readonly owner: string;
  readonly counts: Counts;
}

/**
 * Sums counters of sources that come and go, so that no sum ever falls while its owner is there.
 *
 * What a source counted stays with its owner when it ends: the host keeps the share of a namespace that a service
 * gave up, a pod that of a device which it removed. An owner that has no source left is forgotten, unless it is
 * the one that always stays.
 */
export class Accumulator {
  private sources = new Map<string, Source>();
  private readonly totals = new Map<string, number[]>();
  private readonly permanent: string;

  /** @param permanent the owner that is never forgotten */
  constructor(permanent: string) {
    this.permanent = permanent;
  }

  /** Names of the sources that were there last time. */
  namesBeginningWith(prefix: string): string[] {
    return [...this.sources.keys()].filter((name) => name.startsWith(prefix));
  }

  /**
   * Takes the counters of all sources that are there now.
   *
   * A counter that is lower than before says that another source goes by the same name now: it counts from zero.
   *
   * @param read by the source's name
   * @param unread names of sources that are there and could not be read this time: they stay at what they had
   * @returns the sums by owner
   */
  advance(read: ReadonlyMap<string, Source>, unread: Iterable<string> = []): ReadonlyMap<string, Counts> {
    const now = new Map(read);
    for (const name of unread) {
      const before = this.sources.get(name);
      if (before !== undefined) now.set(name, before);
    }
    const owners = new Set([this.permanent]);
    for (const [name, { owner, counts }] of now) {
      owners.add(owner);
      const before = this.sources.get(name)?.counts;
      const isSame = before?.every((value, i) => value <= (counts[i] ?? 0)) ?? false;
      const total = this.totals.get(owner) ?? counts.map(() => 0);
      this.totals.set(
        owner,
        total.map((value, i) => value + (counts[i] ?? 0) - (isSame ? (before?.[i] ?? 0) : 0)),
      );
    }
    this.sources = now;
    for (const owner of this.totals.keys()) if (!owners.has(owner)) this.totals.delete(owner);
    return this.totals;
  }
}
