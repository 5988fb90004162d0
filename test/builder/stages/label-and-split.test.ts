import { expect } from 'chai';
import fc from 'fast-check';
import type { Plan } from '../../../builder/plan/model.ts';
import { labelsAndSplits } from '../../../builder/stages/label-and-split.ts';
import type { Episode } from '../../../dataset/episodes/contract.ts';
import type { Partition } from '../../../dataset/model/rows.ts';
import { planOf, STEP_MS } from '../support/plans.ts';

const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2026, 2, 29) + STEP_MS;
const DAYS = 6;
const days: Partition[] = Array.from({ length: DAYS }, (_, i) => ({
  date: `2026-03-${29 + i}`,
  firstMs: FIRST_MS + i * DAY_MS - (i === 0 ? 0 : STEP_MS),
  lastMs: FIRST_MS + (i + 1) * DAY_MS - 2 * STEP_MS,
}));
const lastMs = (days.at(-1) as Partition).lastMs;
const planned = planOf([], FIRST_MS, lastMs);
const plan: Plan = {
  ...planned,
  days,
  config: { ...planned.config, split: { by: 'node', fractions: [1, 0, 0] } },
};

function basesOf(episodes: readonly Episode[]): string[] {
  const source = { kind: 'metric', metric: 'm', episodes: episodes.length } as const;
  const labels = labelsAndSplits(plan, [{ source, episodes, warnings: [] }], lastMs);
  return days.map((day) => labels.digest(day));
}

describe('builder/stages/label-and-split', () => {
  it('lets the labels of a day follow from the episodes that can have a say in its rows, and from no others', () => {
    const moment = fc
      .tuple(
        fc.integer({ min: -1, max: DAYS + 1 }),
        fc.integer({ min: -3, max: 3 }),
        fc.constantFrom(0, 1, -1),
      )
      .map(([day, steps, ms]) => FIRST_MS - STEP_MS + day * DAY_MS + steps * STEP_MS + ms);
    const episodes = fc.array(fc.tuple(moment, moment), { minLength: 1, maxLength: 8 }).map((all) =>
      all.map(([one, other], i): Episode => {
        const [startMs, endMs] = one < other ? [one, other] : [other, one + 1];
        const common = {
          scenario: 'x',
          node: 'a',
          namespace: '',
          pod: '',
          role: 'attack',
          run: '',
          place: '',
        };
        return { episode: `e${i}`, startMs, endMs, ...common };
      }),
    );
    fc.assert(
      fc.property(episodes, (all) => {
        const before = basesOf(all);
        all.forEach((episode, i) => {
          const after = basesOf(all.toSpliced(i, 1));
          const concerned = days.map(
            (day) =>
              episode.startMs <= day.lastMs && episode.endMs + plan.longestWindowMs > day.firstMs - STEP_MS,
          );
          expect(after.map((basis, day) => basis !== before[day])).to.deep.equal(concerned);
        });
      }),
    );
  });
});
