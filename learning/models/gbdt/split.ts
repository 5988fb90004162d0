import { BINS, MISSING } from './bins.ts';
import { PER_COLUMN } from './histogram.ts';

/** A node's rows in two: those whose bin is at most `bin` go left, missing ones as `missingLeft` has it. */
export interface Split {
  readonly column: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  /** By how much the loss falls, twice over. */
  readonly gain: number;
  readonly left: Totals;
  readonly right: Totals;
}

/** Sums over the rows of a node. */
export interface Totals {
  readonly gradient: number;
  readonly hessian: number;
}

export interface SplitRules {
  /** Added to the second derivatives: draws values of leaves to 0. */
  readonly l2: number;
  /** A child must have so much of second derivatives. */
  readonly minHessian: number;
  /** A split must make the loss fall by more. */
  readonly minGain: number;
}

/** What a node's rows are worth together: G² / (H + λ). */
function worth(gradient: number, hessian: number, l2: number): number {
  return (gradient * gradient) / (hessian + l2);
}

/**
 * The best split of a node; undefined when none is worth it.
 *
 * @param bins how many bins of values each column has
 */
export function bestSplit(
  histogram: Float64Array,
  used: readonly number[],
  bins: readonly number[],
  total: Totals,
  { l2, minHessian, minGain }: SplitRules,
): Split | undefined {
  const whole = worth(total.gradient, total.hessian, l2);
  let best = minGain;
  let column = -1;
  let bin = 0;
  let missingLeft = false;
  let gradient = 0;
  let hessian = 0;
  for (const each of used) {
    const from = each * PER_COLUMN;
    const missingGradient = histogram[from + 2 * MISSING] as number;
    const missingHessian = histogram[from + 2 * MISSING + 1] as number;
    const last = Math.min(bins[each] as number, BINS - 1);
    // Without missing values both ways are the same, and those that come later go right.
    for (let way = missingHessian > 0 ? 1 : 0; way >= 0; way--) {
      let g = way === 1 ? missingGradient : 0;
      let h = way === 1 ? missingHessian : 0;
      // Behind the last bin all values are left: only missing ones can be right.
      const end = way === 1 || missingHessian <= 0 ? last - 1 : last;
      for (let b = 1; b <= end; b++) {
        g += histogram[from + 2 * b] as number;
        h += histogram[from + 2 * b + 1] as number;
        const rest = total.hessian - h;
        if (h < minHessian || rest < minHessian) continue;
        const gain = worth(g, h, l2) + worth(total.gradient - g, rest, l2) - whole;
        if (gain <= best) continue;
        best = gain;
        column = each;
        bin = b;
        missingLeft = way === 1;
        gradient = g;
        hessian = h;
      }
    }
  }
  if (column < 0) return undefined;
  const left = { gradient, hessian };
  const right = { gradient: total.gradient - gradient, hessian: total.hessian - hessian };
  return { column, bin, missingLeft, gain: best, left, right };
}
