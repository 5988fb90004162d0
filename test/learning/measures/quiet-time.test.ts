import { expect } from 'chai';
import fc from 'fast-check';
import { bestThreshold } from '../../../learning/measures/best-threshold.ts';
import { quietTime } from '../../../learning/measures/false-alarms.ts';
import type { HeldOutSeries } from '../../../learning/measures/held-out.ts';

const KINDS = ['quiet', 'benign', 'attack', 'other', undefined] as const;
const LETTERS = 'qbao.';

/** A node whose rows are told by letters: quiet, benign, attack, other, and those that are not judged. */
function nodeOf(letters: string): HeldOutSeries {
  const kinds = Array.from(letters, (letter) => KINDS[LETTERS.indexOf(letter)]);
  const rows = {
    entity: { cluster: null, node: 'a' },
    timesMs: Float64Array.from(kinds, (_, i) => i),
    values: [],
    facts: [],
  };
  return { rows, kinds, isAttackFree: false };
}

describe('learning/measures: false alarms', () => {
  const ROW_BY_ROW = { least: 1, of: 1 };
  const judged = (letters: string, scores: readonly number[]) =>
    quietTime([Float32Array.from(scores)], [nodeOf(letters)], 0.5, ROW_BY_ROW);

  it('are runs of alarm rows in which nothing happened', () => {
    expect(judged('qqqqqq', [1, 1, 0, 1, 0, 0])).to.deep.equal({ rows: 6, inAlarm: 3, alarms: 2 });
    expect(judged('qaaoq', [0, 1, 1, 1, 0])).to.deep.equal({ rows: 2, inAlarm: 0, alarms: 0 });
  });

  it('are counted anew behind an attack, so that who never stops has no fewer than others', () => {
    expect(judged('qaqbq.q', [1, 1, 1, 1, 1, 1, 1])).to.deep.equal({ rows: 4, inAlarm: 4, alarms: 4 });
  });

  it('never outnumber the rows in alarm', () => {
    const rows = fc.array(fc.tuple(fc.constantFrom(...LETTERS), fc.constantFrom(0, 1)), { maxLength: 50 });
    fc.assert(
      fc.property(rows, (all) => {
        const letters = all.map(([letter]) => letter).join('');
        const {
          rows: quiet,
          inAlarm,
          alarms,
        } = judged(
          letters,
          all.map(([, score]) => score),
        );
        expect(quiet).to.equal(letters.split('q').length - 1);
        expect(alarms).to.be.at.most(inAlarm);
        expect(inAlarm).to.be.at.most(quiet);
      }),
    );
  });
});

describe('learning/measures: the best threshold', () => {
  const f1At = (rows: readonly (readonly [number, boolean])[], threshold: number) => {
    const said = rows.filter(([score]) => score >= threshold);
    const right = said.filter(([, attack]) => attack).length;
    return (2 * right) / (said.length + rows.filter(([, attack]) => attack).length);
  };

  it('has the highest F1 of all, and is the highest of the equally good', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(rows, (all) => {
        const found = bestThreshold([
          { scores: Float32Array.from(all, ([score]) => score), isAttack: all.map(([, attack]) => attack) },
        ]);
        if (all.every(([, attack]) => attack === all[0]?.[1])) return void expect(found).to.equal(undefined);
        const tried = [...new Set(all.map(([score]) => score))].map(
          (score) => [f1At(all, score), score] as const,
        );
        const most = Math.max(...tried.map(([f1]) => f1));
        expect(found).to.equal(Math.max(...tried.filter(([f1]) => f1 === most).map(([, score]) => score)));
      }),
    );
  });
});
