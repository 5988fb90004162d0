import type { Judged } from './curves.ts';

/**
 * The score from which on rows are best called attacks: the one with the highest F1. Of equally good ones the highest, which raises
 * fewer alarms.
 *
 * @returns undefined when the rows are not of both kinds
 */
export function bestThreshold(all: readonly Judged[]): number | undefined {
  const rows = all.flatMap(({ scores, isAttack }) =>
    Array.from(scores, (score, i) => ({ score, attack: isAttack[i] === true })),
  );
  const attacks = rows.filter(({ attack }) => attack).length;
  if (attacks === 0 || attacks === rows.length) return undefined;
  rows.sort((a, b) => b.score - a.score);
  let best = { f1: -1, threshold: Number.NaN };
  let right = 0;
  rows.forEach(({ score, attack }, i) => {
    if (attack) right++;
    // Rows of equal scores count together.
    if (rows[i + 1]?.score === score) return;
    const f1 = (2 * right) / (i + 1 + attacks);
    if (f1 > best.f1) best = { f1, threshold: score };
  });
  return best.threshold;
}
