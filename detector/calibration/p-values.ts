/**
 * How unusual a score is among those of quiet rows that no model has learned from: a conformal p-value. If a new row is
 * exchangeable with those, it is at most α with probability α.
 *
 * @see Angelopoulos and Bates, A Gentle Introduction to Conformal Prediction, arXiv 2107.07511; Bates et al., Testing for Outliers
 * with Conformal p-values, arXiv 2104.08279
 */

/** The scores of calibration rows; a larger one is more unusual. */
export interface Ranks {
  readonly rows: number;
  /** Different scores, descending; the smallest is among them. */
  readonly scores: readonly number[];
  /** For each of them, how many rows have a larger one. */
  readonly above: readonly number[];
}

/** The largest scores are kept one by one, since alarms are decided among them; of the others about so many. */
const TAIL = 1024;
const OTHERS = 1024;

/** Keeps what p-values need of scores, of which there is at least one. */
export function ranksOf(all: Float32Array): Ranks {
  const descending = all.slice().sort().reverse();
  const stride = Math.ceil(descending.length / OTHERS);
  const scores: number[] = [];
  const above: number[] = [];
  descending.forEach((score, i) => {
    if (i > 0 && descending[i - 1] === score) return;
    const isLast = score === descending.at(-1);
    if (scores.length >= TAIL && i < (above.at(-1) as number) + stride && !isLast) return;
    scores.push(score);
    above.push(i);
  });
  return { rows: descending.length, scores, above };
}

/**
 * In (0, 1]; small is unusual. Where scores between two were not kept, the larger of the possible values. A score that is
 * not known is usual.
 */
export function pValue({ rows, scores, above }: Ranks, score: number): number {
  if (Number.isNaN(score)) return 1;
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((scores[middle] as number) >= score) low = middle + 1;
    else high = middle;
  }
  const atLeast = low < scores.length ? (above[low] as number) : rows;
  return (atLeast + 1) / (rows + 1);
}
