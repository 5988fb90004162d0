import { expect } from 'chai';
import fc from 'fast-check';
import { inOrder } from '../../../dataset/model/in-order.ts';
import { numbers, rowsAt, rowsFrom, strings, type Table, timesOf } from '../../../dataset/model/table.ts';
import { textsOf } from '../../../dataset/model/text-column.ts';

const NODES = ['a', 'b', 'c'];

/** Rows of nodes at steps, in a file's order, each with a number of its own. */
const someRows = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NODES), fc.nat(30)), {
    minLength: 1,
    maxLength: 60,
    selector: ([node, step]) => `${node} ${step}`,
  })
  .map((rows) => rows.sort(([a, s], [b, t]) => (a < b ? -1 : a > b ? 1 : s - t)));

function tableOf(rows: readonly (readonly [string, number])[]): Table {
  return {
    rows: rows.length,
    columns: [
      { name: 'timestamp', type: 'timestamp', values: Float64Array.from(rows, ([, step]) => step * 1000) },
      { name: 'cluster', type: 'string', ...textsOf(rows.map(() => null)) },
      { name: 'node', type: 'string', ...textsOf(rows.map(([node]) => node)) },
      { name: 'own', type: 'double', values: Float64Array.from(rows.keys()) },
    ],
  };
}

/** A file: its rows in tables of some length. */
async function* inTables(table: Table, length: number): AsyncGenerator<Table> {
  for (let from = 0; from < table.rows; from += length)
    yield rowsFrom(table, from, Math.min(from + length, table.rows));
}

async function read(tables: AsyncIterable<Table>) {
  const found: [string | null, number, number][] = [];
  for await (const table of tables)
    for (const [row, node] of strings(table, 'node').entries())
      found.push([node, timesOf(table)[row] as number, numbers(table, 'own')[row] as number]);
  return found;
}

describe('dataset/model/in-order', () => {
  it('gives the rows of several files as one file would have them, whichever file each is in', async () => {
    await fc.assert(
      fc.asyncProperty(
        someRows,
        fc.infiniteStream(fc.nat(3)),
        fc.integer({ min: 1, max: 9 }),
        async (rows, places, length) => {
          const whole = tableOf(rows);
          const placeOf = rows.map(() => places.next().value as number);
          const files = [0, 1, 2, 3].map((file) =>
            rowsAt(
              whole,
              Uint32Array.from(rows.keys()).filter((row) => placeOf[row] === file),
            ),
          );
          expect(await read(inOrder(files.map((file) => inTables(file, length))))).to.deep.equal(
            await read(inTables(whole, 1000)),
          );
        },
      ),
    );
  });

  it('keeps rows that are there twice, for whoever counts them', async () => {
    const one = tableOf([['a', 1]]);
    expect(await read(inOrder([inTables(one, 1), inTables(one, 1)]))).to.have.length(2);
  });

  it('lets go of all files when its reader leaves', async () => {
    const left: number[] = [];
    async function* file(number: number) {
      try {
        yield tableOf([['a', number]]);
        yield tableOf([['b', number]]);
      } finally {
        left.push(number);
      }
    }
    for await (const _ of inOrder([file(1), file(2)])) break;
    expect(left.sort()).to.deep.equal([1, 2]);
  });
});
