/** How many at once, and how soon there is room for one more. */
export interface Rate {
  readonly burst: number;
  readonly intervalMs: number;
}

/** A pod's records under one rule: a hundred at once, as many as an incident has, and one more each second. */
const RATE: Rate = { burst: 100, intervalMs: 1_000 };
/** Beyond so many a rule's others share one. */
const MOST_BUCKETS = 4_096;
const OTHERS = '';

interface Bucket<Item> {
  readonly rule: string;
  tokens: number;
  filledAtMs: number;
  /** Held back since the last that was let through, the newest but one included. */
  suppressed: number;
  /** The newest of those, which may still be let through. */
  held: Item | undefined;
}

/** One that may be written, and how many were held back before it. */
export interface Admitted<Item> {
  readonly item: Item;
  readonly suppressed: number;
}

/**
 * A token bucket for each rule and owner. The newest of those that are held back waits and is let through as soon as there is room, so that the
 * last thing that happened is always written, with how many before it were not.
 */
export class Buckets<Item> {
  readonly #buckets = new Map<string, Bucket<Item>>();
  readonly #onSuppressed: (rule: string) => void;
  readonly #rate: Rate;
  readonly #most: number;

  /** @param onSuppressed is told of each that will not be let through any more */
  constructor(onSuppressed: (rule: string) => void, rate = RATE, most = MOST_BUCKETS) {
    this.#onSuppressed = onSuppressed;
    this.#rate = rate;
    this.#most = most;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** How many were held back since the last that was let through; undefined when this one is held back. */
  take(rule: string, owner: string, item: Item, nowMs: number): number | undefined {
    const bucket = this.#bucket(rule, owner, nowMs);
    this.#giveUpHeld(bucket);
    if (bucket.tokens >= 1) return this.#admit(bucket);
    bucket.held = item;
    return undefined;
  }

  /** Those that waited and for which there is room now; buckets that are as good as new are forgotten. */
  due(nowMs: number): Admitted<Item>[] {
    const due: Admitted<Item>[] = [];
    for (const [key, bucket] of this.#buckets) {
      this.#fill(bucket, nowMs);
      if (bucket.held !== undefined && bucket.tokens >= 1) due.push(this.#admitHeld(bucket, bucket.held));
      else if (bucket.tokens >= this.#rate.burst) this.#buckets.delete(key);
    }
    return due;
  }

  /** All that wait, whether there is room or not: at the end. */
  rest(): Admitted<Item>[] {
    return [...this.#buckets.values()].flatMap((bucket) =>
      bucket.held === undefined ? [] : [this.#admitHeld(bucket, bucket.held)],
    );
  }

  #admitHeld(bucket: Bucket<Item>, item: Item): Admitted<Item> {
    bucket.held = undefined;
    return { item, suppressed: this.#admit(bucket) };
  }

  #admit(bucket: Bucket<Item>): number {
    bucket.tokens -= 1;
    const { suppressed } = bucket;
    bucket.suppressed = 0;
    return suppressed;
  }

  #giveUpHeld(bucket: Bucket<Item>): void {
    if (bucket.held === undefined) return;
    bucket.held = undefined;
    bucket.suppressed += 1;
    this.#onSuppressed(bucket.rule);
  }

  #bucket(rule: string, owner: string, nowMs: number): Bucket<Item> {
    const key = `${rule}\0${owner}`;
    const known = this.#buckets.get(key);
    if (known !== undefined) {
      this.#fill(known, nowMs);
      return known;
    }
    if (this.#buckets.size >= this.#most && owner !== OTHERS) return this.#bucket(rule, OTHERS, nowMs);
    const bucket = { rule, tokens: this.#rate.burst, filledAtMs: nowMs, suppressed: 0, held: undefined };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #fill(bucket: Bucket<Item>, nowMs: number): void {
    const { burst, intervalMs } = this.#rate;
    bucket.tokens = Math.min(burst, bucket.tokens + (nowMs - bucket.filledAtMs) / intervalMs);
    bucket.filledAtMs = nowMs;
  }
}
