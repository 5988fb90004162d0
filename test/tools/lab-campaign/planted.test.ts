import { expect } from 'chai';
import fc from 'fast-check';
import { randomFrom } from '../../../common/random.ts';
import type { Table } from '../../../dataset/model/table.ts';
import { textsOf } from '../../../dataset/model/text-column.ts';
import { plantedDrifts } from '../../../tools/lab-campaign/planted.ts';

const ROWS = 120;

/** Rows of one pod, every tenth of which is of an attack. */
function tableOf(features: Readonly<Record<string, (row: number) => number>>): Table {
  const text = (name: string, of: (row: number) => string | null) => ({
    name,
    type: 'string' as const,
    ...textsOf(Array.from({ length: ROWS }, (_, row) => of(row))),
  });
  const isAttack = (row: number) => row % 10 === 9;
  return {
    rows: ROWS,
    columns: [
      {
        name: 'timestamp',
        type: 'timestamp',
        values: Float64Array.from({ length: ROWS }, (_, row) => row * 1_000),
      },
      ...[text('cluster', () => null), text('node', () => 'n')],
      text('phase', (row) => (isAttack(row) ? 'attack' : 'normal')),
      text('episode', (row) => (isAttack(row) ? 'e' : null)),
      ...Object.entries(features).map(([name, of]) => ({
        ...{ name, type: 'double' as const },
        values: Float64Array.from({ length: ROWS }, (_, row) => of(row)),
      })),
    ],
  };
}

describe('drifts that are planted in a dataset', () => {
  it('are flagged in each feature that has values, beside what drifts by itself and nothing else', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(1e-9, 1, 1e12), (seed, scale) => {
        const random = randomFrom(seed);
        const noise = Array.from({ length: ROWS }, () => scale * random());
        const table = tableOf({
          noisy: (row) => noise[row] as number,
          still: () => scale,
          rare: (row) => (row % 30 === 0 ? scale : 0),
          growing: (row) => scale * row,
          unknown: () => Number.NaN,
        });
        expect(plantedDrifts([table])).to.deep.equal({
          ...{ real: ['growing'], features: 4, missed: [], spilled: [] },
        });
      }),
      { numRuns: 20 },
    );
  });
});
