import { expect } from 'chai';
import fc from 'fast-check';
import { type Table, type TableColumn, tableColumns } from '../../../dataset/model/table.ts';
import { textsOf } from '../../../dataset/model/text-column.ts';
import { RowsByNode } from '../../../learning/table/rows-by-node.ts';

interface Row {
  readonly node: string;
  readonly step: number;
  readonly value: number;
  readonly label: string | null;
}

function tableOf(rows: readonly Row[]): Table {
  const columns = tableColumns(['x']).map(({ name, type }): TableColumn => {
    if (type === 'string') {
      const text = (row: Row) => (name === 'node' ? row.node : name === 'label' ? row.label : null);
      return { name, type, ...textsOf(rows.map(text)) };
    }
    const number = (row: Row) => (type === 'timestamp' ? row.step * 15_000 : row.value);
    return { name, type, values: Float64Array.from(rows, number) };
  });
  return { rows: rows.length, columns };
}

const row = fc.record({
  node: fc.constantFrom('a', 'b', 'constructor', '__proto__'),
  step: fc.nat(30),
  value: fc.oneof(fc.double({ noNaN: true }), fc.constant(Number.NaN)),
  label: fc.constantFrom('normal', 'cpu_burn', null),
});
const rows = fc.uniqueArray(row, { selector: ({ node, step }) => `${node} ${step}`, maxLength: 40 });

describe('rows by node', () => {
  const read = (...tables: Table[]) => {
    const all = new RowsByNode();
    for (const table of tables) all.add(table);
    return all.series();
  };

  it('are the same whatever order they come in, and whatever files they stand in', () => {
    const shuffled = rows.chain((own) =>
      fc.tuple(fc.constant(own), fc.shuffledSubarray(own, { minLength: own.length }), fc.nat(own.length)),
    );
    fc.assert(
      fc.property(shuffled, ([own, other, cut]) => {
        const found = read(tableOf(other.slice(0, cut)), tableOf(other.slice(cut)));
        expect(found).to.deep.equal(read(tableOf(own)));
        expect(found.map(({ entity }) => entity.node)).to.deep.equal(
          [...new Set(own.map(({ node }) => node))].sort(),
        );
        for (const { entity, timesMs, values, facts } of found) {
          const theirs = own.filter(({ node }) => node === entity.node).sort((a, b) => a.step - b.step);
          expect([...timesMs]).to.deep.equal(theirs.map(({ step }) => step * 15_000));
          expect([...(values[0] ?? [])]).to.deep.equal(theirs.map(({ value }) => value));
          expect(facts.map(({ label }) => label)).to.deep.equal(theirs.map(({ label }) => label));
        }
      }),
    );
  });

  it('are refused when one is there twice', () => {
    const one = { node: 'a', step: 4, value: 1, label: null };
    expect(() => read(tableOf([one, one]))).to.throw('a has two rows at 1970-01-01T00:01:00.000Z');
  });
});
