/** The counters of one part at one moment, in a settled order. */
export type Counts = readonly number[];

/** Something with counters of its own: a network namespace, a device, a disk that a control group wrote to. */
export interface Part {
  /** Whose sums it is added to; another owner than before is a part that goes by another name now. */
  readonly owner: string;
  readonly counts: Counts;
  /** Whether it surely began after the look before; only asked of parts of the permanent owner. */
  readonly born?: boolean;
}

interface Known {
  readonly owner: string;
  readonly counts: Counts;
  /** What is added to its counters in its owner's sums: nothing, but where it began anew or counts for another. */
  readonly offset: Counts;
  readonly seenAtMs: number;
}

/** A part that could not be read, or had no process, for some minutes goes on where it was. */
const RETAINED_MS = 10 * 60_000;
const MOST_GONE = 10_000;

const plus = (a: Counts, b: Counts): Counts => b.map((value, i) => (a[i] ?? 0) + value);
const minus = (counts: Counts): Counts => counts.map((value) => -value);
const zeros = (counts: Counts): Counts => counts.map(() => 0);
/** Of nearly all parts: told by being this object, so that nothing is added up for them. */
const NONE: Counts = [];
/** What a part has in the sums of its owner. */
const shareOf = ({ counts, offset }: Pick<Known, 'counts' | 'offset'>): Counts =>
  offset === NONE ? counts : plus(offset, counts);

/** Whose owner is another and whose counters are lower is something else that goes by the name now. */
const isAnother = ({ owner: before, counts }: Known, owner: string, now: Counts): boolean =>
  owner !== before && counts.some((value, i) => (now[i] ?? 0) < value);

/** A counter that fell began anew: what it had before is added from now on. */
function offsetAfter({ counts: before, offset }: Known, now: Counts): Counts {
  if (!before.some((was, i) => (now[i] ?? 0) < was)) return offset;
  return before.map((was, i) => (offset[i] ?? 0) + ((now[i] ?? 0) < was ? was : 0));
}

/**
 * Sums counters of parts that come and go, so that no sum falls while something of its owner goes on, and none grows by
 * what was not counted since the look before.
 *
 * - An owner's sum is what its parts have counted. What a part that ended (or has another owner now) had counted stays
 *   in the sum as long as another part of the owner goes on. Where all parts are new, as after a container's
 *   restart, the sum begins anew with them: a reset as Prometheus knows it.
 * - The permanent owner is there without any part and never begins anew. Its sum holds shares of parts that are gone,
 *   which nobody knows any more after a restart of the agent. So it begins at zero with the agent: a total that
 *   began with what is there would fall at the restart, and would be read as a reset with all of it as increase.
 */
export class SummedCounters {
  readonly #permanent: string | undefined;
  #parts = new Map<string, Known>();
  readonly #gone = new Map<string, Known>();
  /** By owner: what parts counted that are not among its parts any more. */
  readonly #carried = new Map<string, Counts>();
  #looked = false;

  /** @param permanent the owner that is always there, if there is one */
  constructor(permanent?: string) {
    this.#permanent = permanent;
  }

  /** Names of the parts that were there last time. */
  namesBeginningWith(prefix: string): string[] {
    return [...this.#parts.keys()].filter((name) => name.startsWith(prefix));
  }

  /**
   * Takes the counters of all parts that are there now.
   *
   * @param read by the part's name
   * @param unread names of parts that are there and could not be read this time: they stay at what they had
   * @param nowMs of a clock that never steps
   * @returns the sums by owner
   */
  advance(
    read: ReadonlyMap<string, Part>,
    unread: readonly string[] = [],
    nowMs = performance.now(),
  ): ReadonlyMap<string, Counts> {
    const now = new Map<string, Known>();
    const goingOn = this.#goingOn(read, unread);
    for (const [name, part] of read) now.set(name, this.#see(name, part, goingOn, nowMs));
    for (const name of unread) {
      const before = this.#parts.get(name);
      if (before !== undefined && !now.has(name)) now.set(name, { ...before, seenAtMs: nowMs });
    }
    this.#settle(now, goingOn);
    this.#forget(nowMs);
    this.#parts = now;
    this.#looked = true;
    return this.#sums();
  }

  /** Owners of which a part was there last time and is there now. */
  #goingOn(read: ReadonlyMap<string, Part>, unread: readonly string[]): Set<string> {
    const owners = new Set<string>(this.#permanent === undefined ? [] : [this.#permanent]);
    for (const [name, { owner }] of read) if (this.#parts.get(name)?.owner === owner) owners.add(owner);
    for (const name of unread) {
      const owner = this.#parts.get(name)?.owner;
      if (owner !== undefined) owners.add(owner);
    }
    return owners;
  }

  #see(
    name: string,
    { owner, counts, born = false }: Part,
    goingOn: ReadonlySet<string>,
    seenAtMs: number,
  ): Known {
    const there = this.#parts.get(name);
    const gone = this.#gone.get(name);
    this.#gone.delete(name);
    const fromZero = owner === this.#permanent;
    // One that comes back to others brings what it counted since; where there are none, its total.
    const before = there ?? (goingOn.has(owner) ? gone : undefined);
    if (before === undefined || isAnother(before, owner, counts)) {
      // Who looks for the first time cannot tell what is new.
      const offset = fromZero && !(born && this.#looked) ? minus(counts) : NONE;
      return { owner, counts, offset, seenAtMs };
    }
    const offset = offsetAfter(before, counts);
    const staysPut = before.owner === owner || !(fromZero || before.owner === this.#permanent);
    // What the permanent owner has of it stays there, and what another has does not come to the permanent one.
    return { owner, counts, offset: staysPut ? offset : plus(offset, minus(shareOf(before))), seenAtMs };
  }

  /** Carries what has left its owner, where that goes on. */
  #settle(now: ReadonlyMap<string, Known>, goingOn: ReadonlySet<string>): void {
    for (const owner of this.#carried.keys()) if (!goingOn.has(owner)) this.#carried.delete(owner);
    for (const [name, known] of this.#parts) {
      const { owner } = known;
      const share = shareOf(known);
      const after = now.get(name);
      if (after?.owner === owner) continue;
      if (goingOn.has(owner)) this.#carried.set(owner, plus(this.#carried.get(owner) ?? zeros(share), share));
      if (after === undefined) this.#gone.set(name, { ...known, offset: minus(known.counts) });
    }
  }

  /** In the order of their going, so that the first are the first to be forgotten. */
  #forget(nowMs: number): void {
    for (const [name, { seenAtMs }] of this.#gone) {
      if (nowMs - seenAtMs <= RETAINED_MS && this.#gone.size <= MOST_GONE) break;
      this.#gone.delete(name);
    }
  }

  #sums(): Map<string, Counts> {
    const sums = new Map<string, Counts>(this.#carried);
    for (const known of this.#parts.values()) {
      const [sum, share] = [sums.get(known.owner), shareOf(known)];
      sums.set(known.owner, sum === undefined ? share : plus(sum, share));
    }
    return sums;
  }
}
