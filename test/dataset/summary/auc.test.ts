import { expect } from 'chai';
import fc from 'fast-check';
import type { Table } from '../../../dataset/model/table.ts';
import { everywhere, textsOf } from '../../../dataset/model/text-column.ts';
import {
  areaUnderCurve,
  byAnomaly,
  folded,
  leakingColumns,
  rowKeys,
  Separations,
} from '../../../dataset/summary/auc.ts';

/** The definition, pair by pair. */
function naive(positives: Float64Array, negatives: Float64Array): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  let wins = 0;
  for (const high of positives) {
    for (const low of negatives) wins += high > low ? 1 : high === low ? 0.5 : 0;
  }
  return wins / (positives.length * negatives.length);
}

/** Few different values, so that ties abound, beside any double at all. */
const values = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 5 }),
      fc.double({ noNaN: true }),
      fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0),
    ),
    { maxLength: 60 },
  )
  .map((list) => Float64Array.from(list));

const START_MS = Date.UTC(2026, 10, 23);

interface Row {
  readonly node: string;
  readonly step: number;
  readonly value: number | null;
  readonly anomaly: 0 | 1 | null;
}

function tableOf(rows: readonly Row[]): Table {
  return {
    rows: rows.length,
    columns: [
      {
        name: 'timestamp',
        type: 'timestamp',
        values: Float64Array.from(rows, ({ step }) => START_MS + 15_000 * step),
      },
      { name: 'cluster', type: 'string', ...everywhere(null, rows.length) },
      { name: 'node', type: 'string', ...textsOf(rows.map(({ node }) => node)) },
      {
        name: 'feature',
        type: 'double',
        values: Float64Array.from(rows, ({ value }) => value ?? Number.NaN),
      },
      {
        name: 'anomaly',
        type: 'int32',
        values: Float64Array.from(rows, ({ anomaly }) => anomaly ?? Number.NaN),
      },
    ],
  };
}

function separationOf(tables: readonly Table[], counts: (row: number) => boolean = () => true) {
  const separations = new Separations();
  for (const table of tables) separations.add(table, rowKeys(table), byAnomaly(table, counts));
  return separations.result().get('feature');
}

describe('builder auc', () => {
  it('is the share of pairs that are ordered rightly, ties counted half', () => {
    fc.assert(
      fc.property(values, values, (positives, negatives) => {
        const area = areaUnderCurve(positives, negatives);
        const expected = naive(positives, negatives);
        if (expected === null) expect(area).to.equal(null);
        else expect(area).to.be.closeTo(expected, 1e-12);
      }),
    );
  });

  it('does not depend on which class is called positive, once folded', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const one = areaUnderCurve(a, b);
        const other = areaUnderCurve(b, a);
        if (one === null || other === null) return;
        expect(folded(one)).to.be.closeTo(folded(other), 1e-12).and.within(0.5, 1);
      }),
    );
  });

  it('leaves out nulls, rows without a verdict and rows that do not count', () => {
    const rows: Row[] = [
      { node: 'a', step: 0, value: 1, anomaly: 0 },
      { node: 'a', step: 1, value: null, anomaly: 0 },
      { node: 'a', step: 2, value: 2, anomaly: 1 },
      { node: 'a', step: 3, value: 0, anomaly: null },
      { node: 'a', step: 4, value: null, anomaly: 1 },
      { node: 'a', step: 5, value: 9, anomaly: 0 },
    ];
    expect(separationOf([tableOf(rows)], (row) => row !== 5)).to.deep.equal({
      auc: 1,
      positives: 1,
      negatives: 1,
    });
    expect(separationOf([tableOf(rows)])).to.deep.equal({ auc: 0.5, positives: 1, negatives: 2 });
    const unlabelled = rows.map((row): Row => ({ ...row, anomaly: null }));
    expect(separationOf([tableOf(unlabelled)])).to.deep.equal({ auc: null, positives: 0, negatives: 0 });
  });

  it('depends on the rows alone when there are too many to keep them all, and comes near the truth', () => {
    const count = 120_000;
    const rows = Array.from({ length: count }, (_, i): Row => {
      const anomaly = i % 3 === 0 ? 1 : 0;
      const noise = ((i * 2_654_435_761) % 2 ** 32) / 2 ** 32;
      return { node: `n${i % 7}`, step: Math.floor(i / 7), value: noise + 0.2 * anomaly, anomaly };
    });
    const whole = separationOf([tableOf(rows)]);
    const pieces = Array.from({ length: 12 }, (_, i) =>
      tableOf(rows.filter((__, row) => row % 12 === 11 - i)),
    );
    expect(separationOf(pieces)).to.deep.equal(whole);
    // Two uniform distributions, the second 0.2 higher: 1 - 0.8² / 2.
    expect(whole?.auc).to.be.closeTo(0.68, 0.01);
    expect(whole).to.include({ positives: count / 3, negatives: (2 * count) / 3 });
  });

  it('flags what separates too well, whichever way', () => {
    const of = (auc: number | null) => ({ auc, positives: 10, negatives: 10 });
    const found = leakingColumns(
      new Map([
        ['perfect', of(1)],
        ['inverted', of(0.005)],
        ['good', of(0.98)],
        ['unknown', of(null)],
      ]),
    );
    expect(found).to.deep.equal(['perfect', 'inverted']);
  });
});
