const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Where the upper and the lower word of a double lie in `words`. */
export const HIGH = LITTLE_ENDIAN ? 1 : 0;
export const LOW = 1 - HIGH;

/** The two words of Prometheus' stale marker, a NaN told from others by its bits (model/value/value.go). */
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 0x00000002;

/** The samples of one series while it is being read: times, and values as doubles and as pairs of words. */
export class SampleBuffer {
  times = new Float64Array(0);
  values = new Float64Array(0);
  /** The values' bits: a NaN that passes through a JavaScript number may lose its own. */
  words = new Int32Array(0);
  length = 0;

  /** Makes room for exactly so many more samples, or twice those there are, so that the usual series is not copied. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.times.length) return;
    const capacity = this.length === 0 ? needed : Math.max(needed, 2 * this.length);
    const { times, words } = this;
    this.times = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.words = new Int32Array(this.values.buffer);
    this.times.set(times.subarray(0, this.length));
    this.words.set(words.subarray(0, 2 * this.length));
  }

  /** Keeps of the samples from index `from` on, which are in order, those in (startMs, endMs]. */
  cut(from: number, startMs: number, endMs: number): void {
    let to = this.length;
    while (to > from && (this.times[to - 1] as number) > endMs) to--;
    let first = from;
    while (first < to && (this.times[first] as number) <= startMs) first++;
    this.length = from + to - first;
    if (first === from) return;
    this.times.copyWithin(from, first, to);
    this.words.copyWithin(2 * from, 2 * first, 2 * to);
  }

  /** Whether time goes forward from each sample to the next. */
  isOrdered(): boolean {
    for (let i = 1; i < this.length; i++) {
      if ((this.times[i] as number) <= (this.times[i - 1] as number)) return false;
    }
    return true;
  }

  /** Moves sample `from` to `to`. */
  move(from: number, to: number): void {
    this.times[to] = this.times[from] as number;
    this.words[2 * to] = this.words[2 * from] as number;
    this.words[2 * to + 1] = this.words[2 * from + 1] as number;
  }

  isStale(i: number): boolean {
    return this.words[2 * i + HIGH] === STALE_HIGH && this.words[2 * i + LOW] === STALE_LOW;
  }
}
