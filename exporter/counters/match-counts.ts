/** One rule's matches in one owner's share. */
export interface MatchCount<O> {
  readonly rule: string;
  readonly owner: O;
  readonly count: number;
}

interface Share<O> {
  readonly owner: O;
  readonly counts: Map<string, number>;
  seenAtMs: number;
}

/** Five minutes are promised; a scrape that comes late shall still find the last value. */
const RETAINED_MS = 6 * 60_000;
const MAX_OWNERS = 2_000;

/**
 * Matches by rule and owner.
 *
 * Every rule stands at 0 for every owner that is known: `increase()` of a counter that is born at 1 is 0, so that whoever does not
 * count from 0 would lose its first event. An owner that is gone keeps its series for some minutes, so that its last events are scraped.
 */
export class MatchCounts<O extends object> {
  readonly #shares = new Map<string, Share<O>>();
  readonly #always: readonly O[];
  readonly #other: O;

  /**
   * @param always owners that are there whoever is known, such as the host
   * @param other receives what belongs to an owner beyond the two-thousandth
   */
  constructor(always: readonly O[], other: O) {
    this.#always = always;
    this.#other = other;
  }

  /** Counts one event (or `times`) of an owner under each of the rules. */
  add(rules: readonly string[], owner: O, nowMs?: number, times = 1): void {
    if (rules.length === 0) return; // as for nearly all events: not even the time is asked for
    const { counts } = this.#shareOf(owner, nowMs ?? performance.now());
    for (const rule of rules) counts.set(rule, (counts.get(rule) ?? 0) + times);
  }

  /**
   * The series of this moment.
   *
   * @param rules names of the rules in use; those that are not any more have no series, and begin at 0 if they are again: an old
   *   total that came back would count as new
   * @param known who is there now
   */
  series(rules: readonly string[], known: readonly O[], nowMs = performance.now()): MatchCount<O>[] {
    for (const owner of [...this.#always, ...known]) this.#shareOf(owner, nowMs);
    const series: MatchCount<O>[] = [];
    for (const [key, { owner, counts, seenAtMs }] of this.#shares) {
      if (nowMs - seenAtMs > RETAINED_MS) this.#shares.delete(key);
      else {
        for (const rule of counts.keys()) if (!rules.includes(rule)) counts.delete(rule);
        for (const rule of rules) series.push({ rule, owner, count: counts.get(rule) ?? 0 });
      }
    }
    return series;
  }

  #shareOf(owner: O, nowMs: number): Share<O> {
    // Names of Kubernetes hold no NUL, so that no owner passes for another.
    const key = Object.values(owner).join('\0');
    let share = this.#shares.get(key);
    if (share === undefined) {
      if (this.#shares.size >= MAX_OWNERS && owner !== this.#other) return this.#shareOf(this.#other, nowMs);
      share = { owner, counts: new Map(), seenAtMs: nowMs };
      this.#shares.set(key, share);
    }
    share.seenAtMs = nowMs;
    return share;
  }
}
