import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { verify } from '../../builder/commands/verify.ts';
import { tablesOfFile } from '../../dataset/folder/read-rows.ts';
import type { OtherReader } from '../../dataset/formats/recipe.ts';
import { READERS, type Reader, recipe } from '../../dataset/metadata/recipes.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { valuesOf } from '../../dataset/model/table.ts';
import { localStorage } from '../../dataset/storage/local/local-storage.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { manifestOf } from './support/dataset.ts';
import { make } from './support/make.ts';
import { python } from './support/python.ts';
import { prometheusWith, type StoredSeries } from './support/tsdb.ts';

const FORMATS = ['csv', 'parquet'] as const;
type Row = Record<string, string | number | null>;

/**
 * Texts that readers which guess take for numbers, times, truth values or nothing, or that tear a file apart. None begins with a
 * byte order mark, which DuckDB’s binding for Node drops.
 */
const HOSTILE = [
  ...[
    'constructor',
    '__proto__',
    '007',
    '010',
    '1e3',
    '1_000',
    '0x10',
    '1.0',
    '-0',
    '+5',
    '.5',
    'inf',
    '-inf',
    'Infinity',
    'NaN',
    'nan',
    '-nan',
  ],
  ...['null', 'NULL', 'NA', 'N/A', '#N/A', 'None', 'nil', '-', '\\N', '<NA>', 'true', 'False', 'T', 'yes'],
  ...[
    '2026-03-28',
    '2026-03-28T23:00:00Z',
    '12:00',
    '=1+1',
    '@x',
    '#',
    '//',
    "'",
    '"',
    '""',
    '"a",b',
    'a;b',
    '\\',
    '\\"',
  ],
  ...[
    'a\nb',
    'a\r\nb',
    'a\rb',
    '\ttab',
    ' lead',
    'trail ',
    ' both ',
    '  ',
    'ü',
    '名前',
    '🦊',
    '\u2028',
    'a\ufeffb',
    'e\u0301',
  ],
];
const GENERATED = fc.sample(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), {
  numRuns: 40,
  seed: 14,
});
const NAMES = [...new Set([...HOSTILE, ...GENERATED])].filter((name) => !name.includes('\0'));

const START_MS = Date.UTC(2026, 2, 28, 23, 58);
const SCRAPE_MS = 15_000;
const SCRAPES = 16;
const at = (scrape: number) => START_MS + scrape * SCRAPE_MS;

function stored(): StoredSeries[] {
  return NAMES.flatMap((node, n) => {
    const labels = { node, cluster: NAMES.at(-1 - n) ?? '', job: 'kubevigil', instance: `i${n}` };
    const series = (name: string, value: (scrape: number) => number): StoredSeries => ({
      labels: { __name__: name, ...labels },
      samples: Array.from({ length: SCRAPES }, (_, i) => [at(i), value(i)] as const),
    });
    return [series('up', () => 1), series('kubevigil_forks_total', (i) => i * (n + 0.1) * 7)];
  });
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Episodes whose every text is hostile; those of every second have no role and no run. */
function episodes(): string {
  const lines = NAMES.map((name, n) => {
    const other = NAMES[(n * 7 + 3) % NAMES.length] ?? '';
    const rest = n % 2 === 0 ? ',' : `${quoted(other)},${quoted(name)}`;
    const fields = [name, other, String(at(6)), String(at(10)), name, NAMES.at(-1 - n) ?? ''];
    return `${fields.map(quoted).join(',')},${rest}`;
  });
  return `episode,scenario,start,end,node,cluster,role,run\n${lines.join('\n')}\n`;
}

/** What a dataset holds, by our own reader, whose rows have the digest that the manifest names. */
async function rowsOf(folder: string, manifest: Manifest): Promise<Row[]> {
  const storage = localStorage(folder);
  expect((await verify(storage)).differences).to.deep.equal([]);
  const rows: Row[] = [];
  for (const file of manifest.files) {
    for await (const table of tablesOfFile(storage, file, manifest)) {
      const columns = table.columns.map((column) => [column.name, valuesOf(column)] as const);
      for (let row = 0; row < table.rows; row++)
        rows.push(Object.fromEntries(columns.map(([name, values]) => [name, values[row] ?? null])));
    }
  }
  return rows;
}

/** Types as each reader names them. */
const TYPES = {
  pandas: {
    timestamp: /^datetime64\[\w+, UTC\]$/,
    double: /^float64$/,
    int32: /^Int32$/,
    string: /^string$/,
  },
  Polars: {
    timestamp: /^Datetime\(time_unit='ms', time_zone='UTC'\)$/,
    double: /^Float64$/,
    int32: /^Int32$/,
    string: /^String$/,
  },
  mlcroissant: { timestamp: /^Timestamp$/, double: /^float$/, int32: /^int$/, string: /^bytes$/ },
  DuckDB: {
    timestamp: /^TIMESTAMP WITH TIME ZONE$/,
    double: /^DOUBLE$/,
    int32: /^INTEGER$/,
    string: /^VARCHAR$/,
  },
} as const;

/** What is appended to a recipe in Python: tells `rows` and their types as JSON. */
const AFTERWARDS: Record<Exclude<Reader, 'DuckDB'>, string> = {
  pandas: `
types = {name: str(kind) for name, kind in rows.dtypes.items()}
rows = rows.to_dict('records')`,
  Polars: `
types = {name: str(kind) for name, kind in rows.schema.items()}
rows = rows.to_dicts()`,
  mlcroissant: `
rows = [{name.split('/')[-1]: value for name, value in row.items()} for row in rows]
types = {name: type(next((row[name] for row in rows if row[name] is not None), '')).__name__ for name in rows[0]}`,
};
const TELL = `
import datetime, json, math
def plain(value):
    if value is None or type(value).__name__ in ('NAType', 'NaTType'): return None
    if isinstance(value, datetime.datetime): return round(value.timestamp() * 1000)
    if isinstance(value, str): return value
    if isinstance(value, bytes): return value.decode()
    if isinstance(value, float): return None if math.isnan(value) else value
    return int(value)
print(json.dumps({'types': types, 'rows': [{name: plain(value) for name, value in row.items()} for row in rows]}))
`;

function byKey(all: readonly Row[]): Map<string, Row> {
  return new Map(all.map((row) => [JSON.stringify([row['cluster'], row['node'], row['timestamp']]), row]));
}

/** The recipe that a dataset's card has for a reader. */
function recipeOf(folder: string, reader: Reader | OtherReader): string {
  const card = readFileSync(join(folder, 'README.md'), 'utf8');
  const found = new RegExp(`^${reader}[^\n]*:\n\n\`\`\`\\w+\n(.*?)\n\`\`\`$`, 'ms').exec(card)?.[1];
  if (found === undefined) throw new Error(`no recipe for ${reader} in ${folder}`);
  return found;
}

async function byDuckdb(folder: string): Promise<{ types: Record<string, string>; rows: Row[] }> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  const before = process.cwd();
  try {
    process.chdir(folder);
    await connection.run("SET TimeZone = 'Europe/Berlin'");
    const reader = await connection.runAndReadAll(recipeOf(folder, 'DuckDB'));
    const types = Object.fromEntries(
      reader.columnNames().map((name, i) => [name, String(reader.columnType(i))]),
    );
    const plain = (value: unknown) =>
      value instanceof Date ? value.getTime() : (value as string | number | null);
    const rows = reader
      .getRowObjectsJS()
      .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
    return { types, rows };
  } finally {
    process.chdir(before);
    connection.closeSync();
    instance.closeSync();
  }
}

describe('builder recipes for readers', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), stored());
    writeFileSync(join(folder, 'episodes.csv'), episodes());
    for (const format of FORMATS) {
      const config = {
        prometheus: { url: prometheus.url },
        ...{ scrapeInterval: '15s', delay: '0s', start: at(0) / 1000, end: at(SCRAPES) / 1000, format },
        columns: ['forks_per_second'],
        labels: [{ episodes: 'episodes.csv' }],
      };
      writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(config));
      await make('build', { folder, output: format });
    }
  });

  after(() => prometheus?.stop());

  it('say of CSV that is safe for spreadsheets what stands before a text, and rows are the same', async () => {
    const config = JSON.parse(readFileSync(join(folder, 'dataset.yaml'), 'utf8'));
    const escaping = { ...config, format: 'csv', csvEscapeFormulas: true };
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify(escaping));
    await make('build', { folder, output: 'escaped' });
    await make('update', { folder, output: 'escaped' });
    const place = join(folder, 'escaped');
    const manifest = manifestOf(place);
    expect((await verify(localStorage(place))).differences).to.deep.equal([]);
    expect(manifest.rowsDigest).to.equal(manifestOf(join(folder, 'csv')).rowsDigest);
    expect(readFileSync(join(place, 'README.md'), 'utf8')).to.include("have a `'` before them");
    let cells = 0;
    for (const file of manifest.files) {
      const [, ...rows] = parse(readFileSync(join(place, file.path), 'utf8')) as string[][];
      const texts = manifest.columns.flatMap(({ type }, i) => (type === 'string' ? [i] : []));
      for (const row of rows) for (const i of texts) expect(row[i]).not.to.match(/^[=+\-@\t\r]/);
      cells += rows.flat().filter((cell) => cell === "'=1+1").length;
    }
    expect(cells).to.be.above(0);
    writeFileSync(join(folder, 'dataset.yaml'), JSON.stringify({ ...escaping, format: 'parquet' }));
    const refused = make('build', { folder, output: 'neither' });
    expect(await refused.catch((error: Error) => error.message)).to.match(
      /^csvEscapeFormulas is about CSV alone/,
    );
  });

  it('have every hostile text in the dataset', async () => {
    const rows = await rowsOf(join(folder, 'csv'), manifestOf(join(folder, 'csv')));
    const texts = (name: string) => new Set(rows.map((row) => row[name]));
    expect([...texts('node')].sort()).to.deep.equal([...NAMES].sort());
    expect([...texts('cluster')].sort()).to.deep.equal([...NAMES].sort());
    for (const name of ['episode', 'label', 'role', 'run'])
      expect(texts(name).size).to.be.above(NAMES.length / 3);
    expect(manifestOf(join(folder, 'parquet')).rowsDigest).to.equal(
      manifestOf(join(folder, 'csv')).rowsDigest,
    );
  });

  for (const format of FORMATS) {
    for (const reader of READERS) {
      it(`give back what the manifest names: ${format} by ${reader}`, async function () {
        const place = join(folder, format);
        const manifest = manifestOf(place);
        const program = () => `${recipeOf(place, reader)}\n${AFTERWARDS[reader as 'pandas']}${TELL}`;
        const modules = reader === 'Polars' ? ['polars'] : [reader.toLowerCase(), 'pyarrow'];
        const found =
          reader === 'DuckDB'
            ? await byDuckdb(place)
            : (JSON.parse(await python(this, modules, program(), [], place)) as Awaited<
                ReturnType<typeof byDuckdb>
              >);
        expect(Object.keys(found.types)).to.deep.equal(manifest.columns.map(({ name }) => name));
        for (const { name, type } of manifest.columns)
          expect(found.types[name]).to.match(TYPES[reader][type], name);
        const rows = await rowsOf(place, manifest);
        expect(found.rows.length).to.equal(rows.length);
        // It reads the files of a set in an order of its own.
        if (reader === 'mlcroissant') expect(byKey(found.rows)).to.deep.equal(byKey(rows));
        else for (const [i, row] of rows.entries()) expect(found.rows[i]).to.deep.equal(row);
      });
    }
  }

  for (const format of FORMATS) {
    it(`give the parts of the split by Hugging Face, each row in its own and none of the embargo: ${format}`, async function () {
      const place = join(folder, format);
      const program = `${recipeOf(place, 'Hugging Face')}
rows = [{**row, 'label': part.features['label'].int2str(row['label']) if row['label'] is not None else None, 'in': name}
    for name, part in parts.items() for row in part]
types = {name: str(kind) for name, kind in train.features.items()}${TELL}`;
      const home = { HF_HOME: join(newFolder(), 'hub'), HF_DATASETS_OFFLINE: '1' };
      const found = JSON.parse(await python(this, ['datasets'], program, [], place, home)) as {
        types: Record<string, string>;
        rows: Row[];
      };
      expect(found.types['label']).to.match(/^ClassLabel\(names=\['normal', /);
      expect(found.types['timestamp']).to.include('timestamp[ms, tz=UTC]');
      const rows = (await rowsOf(place, manifestOf(place))).filter(({ split }) => split !== 'embargo');
      expect(rows.length).to.be.below(manifestOf(place).rows);
      const [theirs, ours] = [byKey(found.rows), byKey(rows)];
      expect(theirs.size).to.equal(ours.size);
      for (const [key, row] of ours) expect(theirs.get(key)).to.deep.equal({ ...row, in: row['split'] });
    });
  }

  it('give all rows and no stray column by Spark: parquet', async function () {
    const place = join(folder, 'parquet');
    const program = `${recipeOf(place, 'Spark')}
types = dict(rows.dtypes)
rows = [row.asDict() for row in rows.collect()]
for row in rows: row['timestamp'] = row['timestamp'].astimezone()${TELL}`;
    const found = JSON.parse(await python(this, ['pyspark'], program, [], place)) as {
      types: object;
      rows: Row[];
    };
    expect(Object.keys(found.types)).to.deep.equal(manifestOf(place).columns.map(({ name }) => name));
    expect(byKey(found.rows)).to.deep.equal(byKey(await rowsOf(place, manifestOf(place))));
  });

  it('are those of the reference', () => {
    const page = readFileSync(join(ROOT, 'docs/reference/dataset-format.md'), 'utf8');
    for (const format of FORMATS) expect(page).to.include(recipe('pandas', format, 'dataset/').text);
    expect(page).to.include(recipe('DuckDB', 'csv', 'dataset/').text);
  });
});
