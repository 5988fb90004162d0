import { expect } from 'chai';
import type { Table } from '../../../dataset/model/table.ts';
import { textsOf } from '../../../dataset/model/text-column.ts';
import { Accounts } from '../../../dataset/summary/accounts.ts';

type Row = readonly [split: string, role: string | null, involvement: string | null];

/** Rows of a pod; those with a role are of an episode. */
function podRows(rows: readonly Row[], tellsInvolvement: boolean): Table {
  const text = (name: string, of: (row: Row) => string | null) => ({
    name,
    type: 'string' as const,
    ...textsOf(rows.map(of)),
  });
  return {
    rows: rows.length,
    columns: [
      {
        name: 'timestamp',
        type: 'timestamp',
        values: Float64Array.from(rows, (_, i) => Date.UTC(2026, 10, 23) + i * 1_000),
      },
      ...[text('cluster', () => null), text('node', () => 'n'), text('namespace', () => 'shop')],
      ...[text('pod', () => 'p'), text('label', () => 'normal')],
      { name: 'anomaly', type: 'int32', values: new Float64Array(rows.length) },
      ...[text('episode', ([, role]) => role && 'e'), text('role', ([, role]) => role)],
      ...(tellsInvolvement ? [text('involvement', ([, , involvement]) => involvement)] : []),
      ...[text('phase', () => 'normal'), text('run', () => null), text('split', ([split]) => split)],
    ],
  };
}

describe('dataset/summary/accounts', () => {
  it('counts rows of benign workloads and of plain normal time, and pods that only stood by as neither', () => {
    const rows: readonly Row[] = [
      ['train', 'benign', null],
      ['train', 'benign', 'bystander'],
      ['train', 'attack', 'bystander'],
      ['test', 'benign', 'bystander'],
      ['test', null, null],
      ['test', 'benign', null],
    ];
    const counted = (tellsInvolvement: boolean) => {
      const accounts = new Accounts(1_000);
      accounts.add(podRows(rows, tellsInvolvement));
      const { splitBenignRows, splitNormalRows } = accounts.result();
      return { benign: splitBenignRows, normal: splitNormalRows };
    };
    expect(counted(true)).to.deep.equal({ benign: { test: 1, train: 1 }, normal: { test: 1 } });
    expect(counted(false)).to.deep.equal({ benign: { test: 2, train: 2 }, normal: { test: 1 } });
  });
});
