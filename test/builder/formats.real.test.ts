import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from './support/fleet.ts';
import { pandas } from './support/python.ts';
import { prometheusWith } from './support/tsdb.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const FORMATS = ['parquet', 'csv'] as const;

const DUCKDB_TYPES: Record<string, string> = {
  timestamp: 'TIMESTAMP WITH TIME ZONE',
  string: 'VARCHAR',
  double: 'DOUBLE',
  int32: 'INTEGER',
};

/** The documents' way to read with pandas, then what the manifest claims, recomputed; JSON on standard output. */
const PANDAS = `
import hashlib, json, struct, sys
from pathlib import Path
import pandas as pd
folder, kind = sys.argv[1:]
manifest = json.load(open(f'{folder}/manifest.json'))
if kind == 'parquet':
    data = pd.concat([pd.read_parquet(f'{folder}/{file["path"]}', partitioning=None) for file in manifest['files']])
else:
    data = pd.concat([pd.read_csv(f'{folder}/{file["path"]}', parse_dates=['timestamp']) for file in manifest['files']])

def encode(value, kind):
    if pd.isna(value): return b'\\0'
    if kind == 'timestamp': return b'\\1' + struct.pack('<q', int(value.timestamp() * 1000))
    if kind == 'double': return b'\\1' + struct.pack('<d', value)
    if kind == 'int32': return b'\\1' + struct.pack('<i', int(value))
    text = value.encode()
    return b'\\1' + struct.pack('<I', len(text)) + text

columns = [(column['name'], column['type']) for column in manifest['columns']]
total = 0
for row in data[[name for name, _ in columns]].itertuples(index=False, name=None):
    encoded = b''.join(encode(value, kind) for value, (_, kind) in zip(row, columns))
    total += int.from_bytes(hashlib.sha256(encoded).digest(), 'big')
train = data[data.split == 'train'].cpu_busy_ratio
print(json.dumps({
    'rows': len(data), 'columns': list(data.columns), 'nulls': {name: int(data[name].isna().sum()) for name in data},
    'timestamp': str(data.timestamp.dt.tz), 'digest': f'{total % 2**256:064x}', 'mean': train.mean(), 'std': train.std(ddof=0),
}))
`;

describe('builder formats', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  const dataset = (format: string) => join(folder, format);

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(2));
    const labels = join(folder, 'episodes.csv');
    const at = FLEET_START_MS + 600_000;
    writeFileSync(
      labels,
      `episode,scenario,start,end,node,role,run\n"e,""1""",cpu_burn,${at},${at + 60_000},node-a,victim,r1\ne2,batch_job,${at},${at + 60_000},node-b,benign,\n`,
    );
    writeFileSync(join(folder, 'dataset.yaml'), 'scrapeInterval: 15s\n');
    for (const format of FORMATS) {
      const { code, stderr } = await builder([
        'build',
        ...['--config', join(folder, 'dataset.yaml'), '--prometheus', prometheus.url],
        ...['--start', iso(FLEET_START_MS), '--end', iso(FLEET_END_MS)],
        ...['--labels', labels, '--format', format, '--output', dataset(format)],
      ]);
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
    }
  });

  after(async () => {
    await prometheus?.stop();
  });

  it('holds the same rows in both', () => {
    const [parquet, csv] = FORMATS.map((format) => manifestOf(dataset(format)));
    expect(csv?.rowsDigest).to.equal(parquet?.rowsDigest);
    expect(csv?.statistics).to.deep.equal(parquet?.statistics);
  });

  for (const format of FORMATS) {
    it(`is read by DuckDB from ${format} as the manifest says`, async () => {
      const manifest = manifestOf(dataset(format));
      const table = tableExpression(dataset(format), format);
      const types = await duckdb(`DESCRIBE SELECT * FROM ${table}`);
      const expected = manifest.columns.map(({ name, type, nulls }) => {
        // A CSV column without any value has no type of its own, and its whole numbers have no size.
        const isBlank = format === 'csv' && nulls === manifest.rows;
        const isWhole = format === 'csv' && type === 'int32';
        return [name, isBlank ? 'VARCHAR' : isWhole ? 'BIGINT' : DUCKDB_TYPES[type]];
      });
      const found = types.map((row) => [row['column_name'], row['column_type']]);
      expect(found.filter(([name]) => name !== 'date')).to.deep.equal(expected);

      const nulls = manifest.columns.map(({ name }) => `count(*) - count("${name}") AS "${name}"`);
      const [counted] = await duckdb(`SELECT count(*) AS rows, ${nulls.join(', ')} FROM ${table}`);
      expect(Number(counted?.['rows'])).to.equal(manifest.rows);
      for (const column of manifest.columns)
        expect(Number(counted?.[column.name])).to.equal(column.nulls, column.name);

      const classes = await duckdb(
        `SELECT label, count(*)::INTEGER AS n FROM ${table} GROUP BY label ORDER BY label`,
      );
      expect(Object.fromEntries(classes.map(({ label, n }) => [label, n]))).to.deep.equal(
        manifest.classBalance,
      );
      expect(manifest.classBalance['cpu_burn']).to.equal(5);

      const days = await duckdb(
        `SELECT DISTINCT date::VARCHAR AS date, strftime(timestamp AT TIME ZONE 'UTC', '%Y-%m-%d') AS day FROM ${table} ORDER BY 1`,
      );
      expect(days).to.deep.equal([
        { date: '2026-03-28', day: '2026-03-28' },
        { date: '2026-03-29', day: '2026-03-29' },
      ]);
    });

    it(`is read by pandas from ${format} as the manifest says`, async function () {
      const stdout = await pandas(this, PANDAS, [dataset(format), format], folder);
      const found = JSON.parse(stdout);
      const manifest = manifestOf(dataset(format));
      expect(found.rows).to.equal(manifest.rows);
      expect(found.columns).to.deep.equal(manifest.columns.map(({ name }) => name));
      expect(found.nulls).to.deep.equal(
        Object.fromEntries(manifest.columns.map(({ name, nulls }) => [name, nulls])),
      );
      expect(found.timestamp).to.equal('UTC');
      expect(found.digest).to.equal(manifest.rowsDigest);
      const statistics = manifest.statistics['cpu_busy_ratio'];
      expect(found.mean).to.be.closeTo(statistics?.mean ?? 0, 1e-12);
      expect(found.std).to.be.closeTo(statistics?.std ?? 0, 1e-12);
    });
  }

  it('is read by pyarrow as a Hive-partitioned dataset, like Spark does', async function () {
    const program = `
import json, sys
import pyarrow as pa, pyarrow.compute as pc, pyarrow.dataset as ds
rows = ds.dataset(sys.argv[1] + '/data', partitioning='hive', format='parquet').to_table()
days = pc.strftime(rows['timestamp'], format='%Y-%m-%d')
print(json.dumps({
    'rows': rows.num_rows,
    'columns': rows.schema.names,
    'timestamp': str(rows.schema.field('timestamp').type),
    'nulls': {name: rows[name].null_count for name in rows.schema.names},
    'wrongDays': pc.sum(pc.not_equal(days, rows['date'].cast(pa.string()))).as_py(),
    'nan': sum(pc.sum(pc.is_nan(rows[f.name])).as_py() or 0 for f in rows.schema if f.type == pa.float64()),
}))`;
    const found = JSON.parse(await pandas(this, program, [dataset('parquet')], folder));
    const { rows, columns } = manifestOf(dataset('parquet'));
    const named = Object.fromEntries(columns.map(({ name, nulls }) => [name, nulls]));
    expect(found).to.deep.equal({
      rows,
      columns: [...columns.map(({ name }) => name), 'date'],
      timestamp: 'timestamp[ms, tz=UTC]',
      nulls: { ...named, date: 0 },
      wrongDays: 0,
      nan: 0,
    });
  });

  it('is CSV as in RFC 4180', () => {
    const [file] = manifestOf(dataset('csv')).files;
    const text = readFileSync(join(dataset('csv'), file?.path ?? ''), 'utf8');
    expect(text.split('\n')[0]).to.match(
      /^timestamp,cluster,node,cpu_busy_ratio,.*,label,anomaly,episode,role,phase,run,split$/,
    );
    expect(text.split('\n')[1]).to.match(/^2026-03-28T23:00:15\.000Z,,node-a,/);
    expect(text).to.include(',cpu_burn,1,"e,""1""",victim,attack,r1,');
    expect(text).not.to.include('\r');
  });
});
