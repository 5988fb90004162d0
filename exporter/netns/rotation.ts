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

/** In which order the items are served: never served, then by age, which counts tenfold for a changed one. */
export function inOrder<T extends Turn>(items: readonly T[]): T[] {
  const weight = ({ age, changed }: Turn) => (changed ? age * CHANGE_WEIGHT : age);
  return [...items].sort((a, b) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)));
}

/**
 * CPU time for work that is spread over scrapes: each scrape brings the same amount, unused time lapses, and what one
 * item took too much is missing in the scrapes after it.
 */
export class CpuBudget {
  private readonly perScrapeMicros: number;
  private leftMicros = 0;

  constructor(perScrapeMicros: number) {
    this.perScrapeMicros = perScrapeMicros;
  }

  /** At the beginning of a scrape. */
  refill(): void {
    this.leftMicros = Math.min(this.perScrapeMicros, this.leftMicros + this.perScrapeMicros);
  }

  /**
   * Whether an item can be served. One that is dearer than a whole scrape's time is served when nothing else was,
   * or it would never be; one of unknown cost is taken to be as cheap as any.
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
