/** How well scores order rows whatever the threshold: average precision, and the volume under the surface of range-aware ones. */
import type { HeldOutSeries } from './held-out.ts';

/** A run of rows of one node, and what is true of each. */
export interface Judged {
  readonly scores: Float32Array;
  readonly isAttack: readonly boolean[];
}

/** Scored rows of known kind, node by node. */
export function judgedRows(scores: readonly Float32Array[], all: readonly HeldOutSeries[]): Judged[] {
  return all.map(({ kinds }, i) => {
    const own = scores[i] as Float32Array;
    const rows = kinds.flatMap((kind, row) =>
      kind === undefined || kind === 'other' || Number.isNaN(own[row] as number) ? [] : [row],
    );
    return {
      scores: Float32Array.from(rows, (row) => own[row] as number),
      isAttack: rows.map((row) => kinds[row] === 'attack'),
    };
  });
}

/**
 * Average precision: the mean, over attack rows, of the precision at their score; rows of equal scores count together.
 *
 * @returns undefined when there is no attack row
 */
export function averagePrecision(all: readonly Judged[]): number | undefined {
  const rows = all.flatMap(({ scores, isAttack }) =>
    Array.from(scores, (score, i) => ({ score, attack: isAttack[i] === true })),
  );
  const attacks = rows.filter(({ attack }) => attack).length;
  if (attacks === 0) return undefined;
  rows.sort((a, b) => b.score - a.score);
  let sum = 0;
  let seen = 0;
  let right = 0;
  for (let i = 0; i < rows.length; ) {
    const before = right;
    const { score } = rows[i] as { score: number };
    for (; i < rows.length && rows[i]?.score === score; i++) {
      seen++;
      if (rows[i]?.attack === true) right++;
    }
    sum += ((right - before) * right) / seen;
  }
  return sum / attacks;
}

/** Runs of attack rows: [first, last]. */
function runsOf(labels: ArrayLike<number>): [number, number][] {
  const runs: [number, number][] = [];
  for (let i = 0; i < labels.length; i++) {
    if ((labels[i] as number) === 0) continue;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === i - 1) last[1] = i;
    else runs.push([i, i]);
  }
  return runs;
}

/** Labels that fall off slowly over half a buffer on both sides of an attack. */
function softened(isAttack: readonly boolean[], buffer: number): Float64Array {
  const labels = Float64Array.from(isAttack, Number);
  const half = Math.floor(buffer / 2);
  for (const [first, last] of runsOf(labels)) {
    for (let away = 1; away <= half; away++) {
      const value = Math.sqrt(1 - away / buffer);
      for (const at of [first - away, last + away])
        if (at >= 0 && at < labels.length) labels[at] = Math.min(1, (labels[at] as number) + value);
    }
  }
  return labels;
}

/** Thresholds along the curve, as the authors take them. */
const THRESHOLDS = 250;

/** Range-aware average precision with labels softened over a buffer of rows. */
function rangeAveragePrecision(all: readonly Judged[], buffer: number): number {
  const labels = all.map(({ isAttack }) => softened(isAttack, buffer));
  const runs = labels.map(runsOf);
  const runCount = runs.reduce((sum, { length }) => sum + length, 0);
  const positives = all.reduce((sum, { isAttack }) => sum + isAttack.filter(Boolean).length, 0);
  const soft = labels.reduce((sum, own) => sum + own.reduce((a, b) => a + b, 0), 0);
  const wanted = (positives + soft) / 2;
  const order = Float32Array.from(all.flatMap(({ scores }) => Array.from(scores)))
    .sort()
    .reverse();
  let area = 0;
  let recallBefore = 0;
  for (let i = 0; i < THRESHOLDS; i++) {
    const threshold = order[Math.floor((i * (order.length - 1)) / (THRESHOLDS - 1))] as number;
    let found = 0;
    let predicted = 0;
    let existing = 0;
    all.forEach(({ scores }, number) => {
      const own = labels[number] as Float64Array;
      for (let row = 0; row < scores.length; row++) {
        if ((scores[row] as number) < threshold) continue;
        predicted++;
        found += own[row] as number;
      }
      for (const [first, last] of runs[number] ?? []) {
        for (let row = first; row <= last; row++) {
          if ((scores[row] as number) < threshold) continue;
          existing++;
          break;
        }
      }
    });
    const recall = Math.min(1, found / wanted) * (existing / runCount);
    area += (recall - recallBefore) * (found / predicted);
    recallBefore = recall;
  }
  return area;
}

/**
 * VUS-PR: the mean of range-aware average precisions over all buffers up to a length. Late or early by a few rows costs little,
 * and attacks that are not found at all cost more than their rows.
 *
 * @param longest of the buffers, in rows
 * @returns undefined when there is no attack row
 * @see J. Paparrizos et al., Volume Under the Surface: A New Accuracy Evaluation Measure for Time-Series Anomaly Detection, VLDB 15 (2022)
 */
export function vusPr(all: readonly Judged[], longest: number): number | undefined {
  if (!all.some(({ isAttack }) => isAttack.some(Boolean))) return undefined;
  let sum = 0;
  for (let buffer = 0; buffer <= longest; buffer++) sum += rangeAveragePrecision(all, buffer);
  return sum / (longest + 1);
}
