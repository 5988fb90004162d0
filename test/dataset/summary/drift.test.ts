import { expect } from 'chai';
import fc from 'fast-check';
import type { Table } from '../../../dataset/model/table.ts';
import { rowsFrom } from '../../../dataset/model/table.ts';
import { textsOf } from '../../../dataset/model/text-column.ts';
import { Drifts, driftingColumns } from '../../../dataset/summary/drift.ts';
import { randomFrom } from '../../builder/support/random.ts';

const ROWS = 200;
const STEP_MS = 15_000;
const START_MS = Date.UTC(2026, 10, 23);

type Feature = (row: number, node: number) => number;

/** Rows of two nodes; every tenth row is of an attack, the one after it of recovery. */
function tableOf(features: Readonly<Record<string, Feature>>): Table {
  const all = [0, 1].flatMap((node) => Array.from({ length: ROWS }, (_, row) => ({ node, row })));
  const text = (name: string, of: (row: number) => string | null, byNode = false) => ({
    name,
    type: 'string' as const,
    ...textsOf(all.map(({ node, row }) => of(byNode ? node : row))),
  });
  const phaseOf = (row: number) => (row % 10 === 8 ? 'attack' : row % 10 === 9 ? 'recovery' : 'normal');
  return {
    rows: all.length,
    columns: [
      {
        name: 'timestamp',
        type: 'timestamp',
        values: Float64Array.from(all, ({ row }) => START_MS + row * STEP_MS),
      },
      text('cluster', () => null),
      text('node', (node) => `node-${node}`, true),
      text('phase', phaseOf),
      text('episode', (row) => (phaseOf(row) === 'attack' ? 'e' : null)),
      ...Object.entries(features).map(([name, feature]) => ({
        name,
        type: 'double' as const,
        values: Float64Array.from(all, ({ row, node }) => feature(row, node)),
      })),
    ],
  };
}

function flagged(features: Readonly<Record<string, Feature>>, length = ROWS * 2): string[] {
  const drifts = new Drifts();
  const table = tableOf(features);
  for (let from = 0; from < table.rows; from += length)
    drifts.add(rowsFrom(table, from, Math.min(from + length, table.rows)));
  return driftingColumns(drifts.result());
}

describe('dataset/summary/drift', () => {
  it('flags a planted drift, up or down and among noise, and no other feature', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), fc.integer({ min: 1, max: 60 }), (seed, isUp, length) => {
        const random = randomFrom(seed);
        const noise = Float64Array.from({ length: 2 * ROWS }, () => random());
        const sign = isUp ? 1 : -1;
        const features: Record<string, Feature> = {
          drifting: (row, node) =>
            5 * node + sign * (row / ROWS) + 0.3 * (noise[node * ROWS + row] as number),
          noisy: (row, node) => noise[(node * ROWS + row * 7) % noise.length] as number,
          still: () => 0.1,
          // Other on each node, and on each the same all the time.
          apart: (_, node) => node,
          // It goes up and down again.
          waves: (row) => Math.sin(row / 10),
          // What attacks raise is no drift.
          attacked: (row) => (row % 10 === 8 ? row : 1),
          unknown: () => Number.NaN,
        };
        expect(flagged(features, length)).to.deep.equal(['drifting']);
      }),
      { numRuns: 30 },
    );
  });

  it('says nothing of few rows', () => {
    const drifts = new Drifts();
    drifts.add(rowsFrom(tableOf({ up: (row) => row }), 0, 20));
    expect(drifts.result().get('up')).to.deep.equal({ correlation: null, rows: 16 });
  });
});
