import { expect } from 'chai';
import fc from 'fast-check';
import { EvidenceJoin, eventsOf, rowOf } from '../../../builder/evidence/join.ts';
import { type Table, valuesOf } from '../../../dataset/model/table.ts';
import { textsOf } from '../../../dataset/model/text-column.ts';

const STEP_MS = 15_000;

interface Row {
  readonly cluster: string | null;
  readonly node: string;
  readonly t: number;
  readonly label: string;
}

function tableOf(rows: readonly Row[]): Table {
  const text = (name: string, of: (row: Row) => string | null) => ({
    ...{ name, type: 'string' as const },
    ...textsOf(rows.map(of)),
  });
  return {
    rows: rows.length,
    columns: [
      { name: 'timestamp', type: 'timestamp', values: Float64Array.from(rows, ({ t }) => t) },
      text('cluster', ({ cluster }) => cluster),
      text('node', ({ node }) => node),
      text('label', ({ label }) => label),
      text('episode', ({ label }) => (label === 'normal' ? null : `e-${label}`)),
    ],
  };
}

const eventAt = (node: string, timeMs: number, id: string) => ({
  ...{ id, timeMs, node, namespace: '', pod: '', container: '', rule: 'r', kind: 'file', severity: 'info' },
  ...{ mitre: '', program: '', suppressed: 0, details: '{}' },
});

function columnOf(table: Table | undefined, name: string): readonly unknown[] {
  const column = table?.columns.find((own) => own.name === name);
  return column === undefined ? [] : valuesOf(column);
}

describe('builder/evidence: joining', () => {
  it('finds the row that covers a moment: later than the step before, at its end at the latest', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (timeMs) => {
        const row = rowOf(timeMs, STEP_MS);
        expect(row % STEP_MS).to.equal(0);
        expect(row - STEP_MS).to.be.lessThan(timeMs);
        expect(row).to.be.at.least(timeMs);
      }),
    );
  });

  it('gives each event the label of its row, however tables come, and null where there is none', () => {
    const places = fc.record({
      node: fc.constantFrom('a', 'b', 'elsewhere'),
      at: fc.integer({ min: 1, max: 20 * STEP_MS }),
    });
    fc.assert(
      fc.property(fc.array(places, { maxLength: 40 }), fc.boolean(), (own, reversed) => {
        const rows = ['a', 'b'].flatMap((node) =>
          Array.from(
            { length: 10 },
            (_, i): Row => ({
              cluster: 'lab',
              node,
              t: (i + 1) * STEP_MS,
              label: i % 3 === 0 ? `x${node}` : 'normal',
            }),
          ),
        );
        const events = own.map(({ node, at }, i) => eventAt(node, at, `1-${i}`));
        const join = new EvidenceJoin(events, 'node', STEP_MS);
        const tables = [tableOf(rows.slice(0, 7)), tableOf(rows.slice(7))];
        for (const table of reversed ? tables.reverse() : tables) join.meet(table);
        const table = join.table(STEP_MS, 20 * STEP_MS, false);
        expect(table?.rows ?? 0).to.equal(events.length);
        const [ids, found, joined, labels] = ['event', 'row', 'joined', 'label'].map((name) =>
          columnOf(table, name),
        );
        events.forEach((event) => {
          const place = ids?.indexOf(event.id) ?? -1;
          const row = rows.find(
            ({ node, t }) => node === event.node && t - STEP_MS < event.timeMs && event.timeMs <= t,
          );
          expect(found?.[place]).to.equal(rowOf(event.timeMs, STEP_MS));
          expect(joined?.[place]).to.equal(Number(row !== undefined));
          expect(labels?.[place]).to.equal(row?.label ?? null);
        });
        const times = columnOf(table, 'timestamp') as readonly number[];
        expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
      }),
    );
  });

  it('leaves out events before and after the rows, and gives back from its table what it was given', () => {
    const events = [eventAt('a', STEP_MS, '1-1'), eventAt('a', 0, '1-2'), eventAt('a', 9 * STEP_MS, '1-3')];
    const table = new EvidenceJoin(events, 'node', STEP_MS).table(STEP_MS, 3 * STEP_MS, false) as Table;
    expect(eventsOf(table)).to.deep.equal([events[0]]);
    expect(new EvidenceJoin([], 'node', STEP_MS).table(0, 1, false)).to.equal(undefined);
  });

  it('refuses a node of two clusters, which records cannot tell apart', () => {
    const join = new EvidenceJoin([eventAt('a', STEP_MS, '1-1')], 'node', STEP_MS);
    const row = { node: 'a', t: STEP_MS, label: 'normal' };
    join.meet(tableOf([{ ...row, cluster: 'one' }]));
    expect(() => join.meet(tableOf([{ ...row, cluster: 'two' }]))).to.throw(
      /nodes of two clusters are called a/,
    );
  });
});
