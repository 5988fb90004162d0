/** A time during which something holds, [fromMs, untilMs). */
export interface Interval {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Where nothing holds. */
export const NOTHING = -1;

/** Reads a timeline at moments that mostly come in order: each is then found where the one before was. */
export type Cursor = (ms: number) => number;

/** The place of the last of some ascending moments that is not after `ms`; -1 when all are. */
function lastNotAfter(moments: Float64Array, ms: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((moments[middle] as number) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The different moments at which an interval begins or ends, ascending. */
function bordersOf(intervals: readonly Interval[]): Float64Array {
  const all = new Float64Array(2 * intervals.length);
  intervals.forEach(({ fromMs, untilMs }, i) => {
    all[2 * i] = fromMs;
    all[2 * i + 1] = untilMs;
  });
  return all.sort().filter((ms, i) => i === 0 || ms !== all[i - 1]);
}

/**
 * Which of some intervals goes first at each moment: the first in their order of those that hold then. It is worked out
 * once, in the time that sorting takes; a moment is then looked up, however many intervals there are.
 */
export class Timeline {
  /** From each of these moments to the next, the same interval goes first. */
  readonly #borders: Float64Array;
  readonly #first: Int32Array;

  /** @param intervals in the order in which they go before each other */
  constructor(intervals: readonly Interval[]) {
    const borders = bordersOf(intervals);
    const first = new Int32Array(borders.length).fill(NOTHING);
    /** From each piece, itself or a later one that nothing holds yet: what is taken is never looked at again. */
    const free = Int32Array.from({ length: borders.length + 1 }, (_, piece) => piece);
    const nextFree = (from: number): number => {
      let piece = from;
      while (free[piece] !== piece) {
        free[piece] = free[free[piece] as number] as number;
        piece = free[piece] as number;
      }
      return piece;
    };
    intervals.forEach(({ fromMs, untilMs }, i) => {
      const end = lastNotAfter(borders, untilMs);
      let piece = nextFree(lastNotAfter(borders, fromMs));
      while (piece < end) {
        first[piece] = i;
        free[piece] = piece + 1;
        piece = nextFree(piece);
      }
    });
    this.#borders = borders;
    this.#first = first;
  }

  /** The place of the interval that goes first at a moment, or `NOTHING`. */
  cursor(): Cursor {
    const borders = this.#borders;
    const first = this.#first;
    let at = NOTHING;
    return (ms) => {
      const isBehind = at === NOTHING || ms < (borders[at] as number);
      if (isBehind) at = lastNotAfter(borders, ms);
      else while (at + 1 < borders.length && (borders[at + 1] as number) <= ms) at++;
      return at === NOTHING ? NOTHING : (first[at] as number);
    };
  }
}
