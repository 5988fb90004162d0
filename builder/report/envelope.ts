/** The smallest and the largest value of a feature in each bin: no spike is lost, however long the time. */
export class Envelope {
  readonly low: Float64Array;
  readonly high: Float64Array;

  constructor(bins: number) {
    this.low = new Float64Array(bins).fill(Number.NaN);
    this.high = new Float64Array(bins).fill(Number.NaN);
  }

  /** @param value NaN for null */
  add(bin: number, value: number): void {
    if (!isDrawable(value)) return;
    if (!((this.low[bin] as number) <= value)) this.low[bin] = value;
    if (!((this.high[bin] as number) >= value)) this.high[bin] = value;
  }
}

/** Beyond, a difference of two values is no number any more. */
const LARGEST = 1e300;

function isDrawable(value: number): boolean {
  return Math.abs(value) < LARGEST;
}

/** Smallest and largest of several envelopes; undefined when there is no value at all. */
export function extent(envelopes: readonly Envelope[]): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const envelope of envelopes) {
    for (const value of envelope.low) if (value < low) low = value;
    for (const value of envelope.high) if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/**
 * An SVG path through the envelope, broken where there is no value.
 *
 * @param y where a value stands, as a whole number
 */
export function pathOf({ low, high }: Envelope, y: (value: number) => number): string {
  let path = '';
  let at: number | undefined;
  low.forEach((least, bin) => {
    if (Number.isNaN(least)) {
      at = undefined;
      return;
    }
    const ends = [y(least), y(high[bin] as number)] as const;
    const before = at;
    // From the end that is nearer to where the line is, so that it does not cross itself.
    const swap = before !== undefined && Math.abs(ends[1] - before) < Math.abs(ends[0] - before);
    const [from, to] = swap ? [ends[1], ends[0]] : ends;
    path += `${before === undefined ? 'M' : 'L'}${bin + 0.5} ${from}`;
    // A lone value is a line of no length, which a round cap makes a dot.
    if (from !== to) path += `V${to}`;
    else if (before === undefined) path += 'h0';
    at = to;
  });
  return path;
}
