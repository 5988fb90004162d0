import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { InputFile } from '../../../dataset/files/input-file.ts';
import { distinct } from '../../../dataset/formats/parquet/distinct.ts';
import { parquet } from '../../../dataset/formats/parquet/parquet.ts';
import { type ColumnName, type Table, type TableColumn, valuesOf } from '../../../dataset/model/table.ts';
import { textsOf } from '../../../dataset/model/text-column.ts';
import { duckdb } from '../../builder/support/dataset.ts';
import { anyCharacter } from '../../support/any-character.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const COLUMNS: readonly ColumnName[] = [
  { name: 'timestamp', type: 'timestamp' },
  { name: 'node', type: 'string' },
  { name: 'value', type: 'double' },
  { name: 'anomaly', type: 'int32' },
];

interface Row {
  readonly timestamp: number;
  readonly node: string | null;
  readonly value: number | null;
  readonly anomaly: number | null;
}

/** Any kind of row; few different values in some tables, so that dictionaries come about, and none in others. */
const rowArbitrary = (value: fc.Arbitrary<number | null>, node: fc.Arbitrary<string | null>) =>
  fc.record<Row>({
    timestamp: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
    node,
    value,
    anomaly: fc.constantFrom(0, 1, null, -(2 ** 31), 2 ** 31 - 1),
  });
const anyDouble = fc.double({ noNaN: true });
const values = [
  fc.option(anyDouble),
  fc.constantFrom(0.1, 3, Number.POSITIVE_INFINITY, -5e-324, null),
  fc.constant(null),
  anyDouble,
];
const nodes = [
  // Up to 16 bytes: bounds of longer texts are cut.
  fc.option(fc.string({ unit: anyCharacter, maxLength: 4 })),
  fc.constantFrom('n', '', null),
  fc.constant(null),
];
const tablesArbitrary = fc
  .tuple(fc.constantFrom(...values), fc.constantFrom(...nodes))
  .chain(([value, node]) =>
    fc.array(fc.array(rowArbitrary(value, node), { minLength: 1, maxLength: 200 }), {
      minLength: 1,
      maxLength: 4,
    }),
  );

function tableOf(rows: readonly Row[]): Table {
  const numbers = (name: 'value' | 'anomaly' | 'timestamp') =>
    Float64Array.from(rows, (row) => row[name] ?? Number.NaN);
  const columns: readonly TableColumn[] = [
    { name: 'timestamp', type: 'timestamp', values: numbers('timestamp') },
    { name: 'node', type: 'string', ...textsOf(rows.map(({ node }) => node)) },
    { name: 'value', type: 'double', values: numbers('value') },
    { name: 'anomaly', type: 'int32', values: numbers('anomaly') },
  ];
  return { rows: rows.length, columns };
}

function write(path: string, tables: readonly Table[]): void {
  const file = parquet.open(path, COLUMNS);
  for (const table of tables) file.write(table);
  file.close();
}

async function readBack(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  const file = new InputFile(path);
  for await (const table of parquet.read(file, COLUMNS)) {
    const [timestamp = [], node = [], value = [], anomaly = []] = table.columns.map(valuesOf);
    timestamp.forEach((t, i) => {
      rows.push({ timestamp: t, node: node[i], value: value[i], anomaly: anomaly[i] } as Row);
    });
  }
  file.close();
  return rows;
}

/** The rows as the library reads them, of which only pages and footer are written by. */
async function readByHyparquet(path: string): Promise<Row[]> {
  const found = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
  return found.map(({ timestamp, node = null, value = null, anomaly = null }) => ({
    timestamp: (timestamp as Date).getTime(),
    ...{ node, value, anomaly },
  })) as Row[];
}

/** The rows as DuckDB reads them, in the file's order. */
async function readByDuckdb(path: string): Promise<Row[]> {
  const found = await duckdb(
    `SELECT epoch_ms(timestamp)::DOUBLE AS timestamp, node, value, anomaly FROM read_parquet('${path}')`,
  );
  return found.map(({ timestamp, node, value, anomaly }) => ({ timestamp, node, value, anomaly }) as Row);
}

describe('dataset/formats/parquet', () => {
  const newFolder = temporaryFolder();

  it('gives back what was written, to us, to hyparquet and to DuckDB', async () => {
    const path = join(newFolder(), 'any.parquet');
    await fc.assert(
      fc.asyncProperty(tablesArbitrary, async (tables) => {
        write(path, tables.map(tableOf));
        const rows = tables.flat();
        expect(await readBack(path)).to.deep.equal(rows);
        expect(await readByHyparquet(path)).to.deep.equal(rows);
        expect(await readByDuckdb(path)).to.deep.equal(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('says of each column its bounds and its nulls, so that readers that skip by them find every row', async () => {
    const path = join(newFolder(), 'bounds.parquet');
    await fc.assert(
      fc.asyncProperty(tablesArbitrary, async (tables) => {
        write(path, tables.map(tableOf));
        const rows = tables.flat();
        const { row_groups: groups } = await parquetMetadataAsync(await asyncBufferFromFile(path));
        const [, node, value, anomaly] = (groups[0]?.columns ?? []).map(
          (column) => column.meta_data?.statistics,
        );
        for (const [name, statistics] of Object.entries({ node, value, anomaly })) {
          const own = rows.map((row) => row[name as keyof Row]);
          expect(Number(statistics?.null_count), name).to.equal(own.filter((each) => each === null).length);
        }
        const told = rows.flatMap((row) => row.value ?? []);
        if (told.length > 0) {
          expect(Number(value?.min_value)).to.equal(Math.min(...told));
          expect(Number(value?.max_value)).to.equal(Math.max(...told));
        }
        const names = rows.flatMap((row) => (row.node === null ? [] : [Buffer.from(row.node)]));
        const ordered = names.toSorted(Buffer.compare);
        expect(node?.min_value).to.equal(ordered[0]?.toString());
        expect(node?.max_value).to.equal(ordered.at(-1)?.toString());
      }),
      { numRuns: 60 },
    );
  });

  it('begins a new row group before 65,536 rows are exceeded', async () => {
    const path = join(newFolder(), 'groups.parquet');
    const row = (i: number): Row => ({ timestamp: i, node: `node-${i % 3}`, value: i / 7, anomaly: i % 2 });
    const tables = Array.from({ length: 5 }, (_, k) =>
      tableOf(Array.from({ length: 20_000 }, (_, i) => row(20_000 * k + i))),
    );
    write(path, tables);
    const { row_groups: groups } = await parquetMetadataAsync(await asyncBufferFromFile(path));
    expect(groups.map(({ num_rows: rows }) => Number(rows))).to.deep.equal([60_000, 40_000]);
    const [sums] = await duckdb(
      `SELECT count(*)::INTEGER AS rows, sum(value) AS sum, count(DISTINCT node)::INTEGER AS nodes FROM read_parquet('${path}') WHERE value >= 0`,
    );
    expect(sums?.['rows']).to.equal(100_000);
    expect(sums?.['nodes']).to.equal(3);
    expect(sums?.['sum']).to.be.closeTo((99_999 * 100_000) / 14, 1);
  });
});

describe('dataset/formats/parquet/distinct', () => {
  const few = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), anyDouble, fc.constant(-0)), {
    minLength: 1,
  });

  it('numbers doubles in the order in which they come up', () => {
    fc.assert(
      fc.property(few, (list) => {
        const found = distinct(Float64Array.from(list), list.length);
        const { entries = [], indexes = [] } = found ?? {};
        expect(Array.from(indexes, (index) => entries[index])).to.deep.equal(list);
        const bits = Array.from(entries, (entry) => (Object.is(entry, -0) ? '-0' : String(entry)));
        expect(new Set(bits).size).to.equal(bits.length);
        expect(indexes[0]).to.equal(0);
      }),
    );
  });

  it('gives up when there are too many', () => {
    const values = Float64Array.of(1, 2, 1, 3);
    expect(distinct(values, 2)).to.equal(undefined);
    expect([...(distinct(values, 3)?.entries ?? [])]).to.deep.equal([1, 2, 3]);
  });
});
