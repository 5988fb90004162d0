/** What the rotation knows of one item. */
export interface Turn {
  /** Seconds since it was served; infinite when it never was. */
  readonly age: number;
  /** Whether there is a sign that it would show something new. */
  readonly changed: boolean;
  /** CPU time that it is expected to take, in microseconds; undefined when it was never served. */
  readonly costMicros: number | undefined;
}

/** An item that shows no sign of a change waits this many times longer, and yet it is never forgotten. */
const CHANGE_WEIGHT = 10;

function byWeight<T extends Turn>(items: readonly T[]): T[] {
  const weight = ({ age, changed }: Turn) => (changed ? age * CHANGE_WEIGHT : age);
  return [...items].sort((a, b) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)));
}

/**
 * In which order the items are served: one of each owner before a second of any, so that an owner who makes a thousand of them
 * has the others wait for one. Among these never served, then by age, which counts tenfold for a changed one.
 */
export function inOrder<T extends Turn>(items: readonly T[], ownerOf: (item: T) => string): T[] {
  const served = new Map<string, number>();
  const ranked = byWeight(items).map((item) => {
    const owner = ownerOf(item);
    const rank = served.get(owner) ?? 0;
    served.set(owner, rank + 1);
    return { item, rank };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

/** What may be paid back at a time: the rest is for those who owe nothing. */
const REPAID = 0.5;

/**
 * CPU time for work that is spread over scrapes: each scrape brings the same amount, and what one item took too much is
 * missing in the scrapes after it, half of each at most, so that an expensive one does not stop all others. Unused time pays what
 * is owed, or lapses.
 */
export class CpuBudget {
  private readonly perScrapeMicros: number;
  private leftMicros = 0;
  private owedMicros = 0;

  constructor(perScrapeMicros: number) {
    this.perScrapeMicros = perScrapeMicros;
  }

  /** At the beginning of a scrape. */
  refill(): void {
    const owed = Math.max(0, this.owedMicros - this.leftMicros);
    const repaid = Math.min(owed, this.perScrapeMicros * REPAID);
    this.owedMicros = owed - repaid;
    this.leftMicros = this.perScrapeMicros - repaid;
  }

  /**
   * Whether an item can be served. One that costs more than a whole scrape's time is served when nothing else was and nothing is
   * owed, or it would never be; one of unknown cost is taken to be as cheap as any.
   */
  allows(costMicros: number | undefined): boolean {
    return this.leftMicros === this.perScrapeMicros || (costMicros ?? 1) <= this.leftMicros;
  }

  /** Does the work and books what CPU time it took, in microseconds. */
  spend<T>(work: () => T): { readonly result: T; readonly costMicros: number } {
    const before = process.cpuUsage();
    try {
      const result = work();
      return { result, costMicros: this.book(before) };
    } catch (error) {
      this.book(before);
      throw error;
    }
  }

  private book(before: NodeJS.CpuUsage): number {
    const { user, system } = process.cpuUsage(before);
    this.leftMicros -= user + system;
    return user + system;
  }
}
