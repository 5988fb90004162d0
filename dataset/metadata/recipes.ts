/**
 * How others read a dataset: texts that its card and the README show, and that a test runs as they stand there. Readers that
 * guess take the name 007 for a number, null for nothing and 1e3 for 1000; so every recipe takes the types from the
 * manifest's columns, and the files too, which makes it a snapshot and leaves out the folders' `date`.
 */
import type { Manifest } from '../model/manifest.ts';

type Format = Manifest['format'];

export const READERS = ['pandas', 'Polars', 'DuckDB', 'mlcroissant'] as const;
export type Reader = (typeof READERS)[number];

export interface Recipe {
  readonly language: 'python' | 'sql';
  readonly text: string;
}

const PANDAS_TYPES = `dtypes = {'string': 'string', 'double': 'float64', 'int32': 'Int32'}
types = {column['name']: dtypes[column['type']] for column in manifest['columns'] if column['type'] in dtypes}`;
/** An empty cell is null, and no other text is. */
const PANDAS_CSV = `dtype=types, keep_default_na=False, na_values=['']`;

function pandas(format: Format, folder: string): string {
  const read =
    format === 'csv'
      ? `pandas.concat(
    pandas.read_csv(${path(folder)}, ${PANDAS_CSV}, parse_dates=['timestamp'])
    for file in manifest['files']
)`
      : `pandas.concat(
    pandas.read_parquet(${path(folder)}, partitioning=None) for file in manifest['files']
).astype(types)`;
  return `import json, pandas

manifest = json.load(open('${folder}manifest.json'))
${PANDAS_TYPES}
rows = ${read}`;
}

/** A file of the manifest as Python says it. */
function path(folder: string): string {
  return folder === '' ? `file['path']` : `'${folder}' + file['path']`;
}

function polars(format: Format, folder: string): string {
  if (format === 'parquet')
    return `import json, polars

manifest = json.load(open('${folder}manifest.json'))
rows = polars.concat(
    polars.read_parquet(${path(folder)}, hive_partitioning=False) for file in manifest['files']
)`;
  return `import json, polars

manifest = json.load(open('${folder}manifest.json'))
dtypes = {'timestamp': polars.String, 'string': polars.String, 'double': polars.Float64, 'int32': polars.Int32}
schema = {column['name']: dtypes[column['type']] for column in manifest['columns']}
rows = polars.concat(polars.read_csv(${path(folder)}, schema=schema) for file in manifest['files'])
rows = rows.with_columns(polars.col('timestamp').str.to_datetime(time_unit='ms', time_zone='UTC'))`;
}

function duckdb(format: Format, folder: string): string {
  const file = folder === '' ? 'file.path' : `'${folder}' || file.path`;
  // Only what is needed is read: classes that differ in case alone would be the same key twice.
  const files = `SET VARIABLE files = (
  SELECT list(${file})
  FROM (SELECT unnest(files) AS file FROM read_json('${folder}manifest.json', columns = {files: 'STRUCT(path VARCHAR)[]'})));`;
  if (format === 'parquet')
    return `${files}
SELECT * FROM read_parquet(getvariable('files'), hive_partitioning = false);`;
  return `${files}
SET VARIABLE types = (
  SELECT list(CASE type WHEN 'timestamp' THEN 'TIMESTAMPTZ' WHEN 'double' THEN 'DOUBLE' WHEN 'int32' THEN 'INTEGER' ELSE 'VARCHAR' END)
  FROM (SELECT unnest(columns).type AS type FROM read_json('${folder}manifest.json', columns = {columns: 'STRUCT(type VARCHAR)[]'})));
SELECT * FROM read_csv(getvariable('files'), types = getvariable('types'), header = true, delim = ',', quote = '"',
  escape = '"', nullstr = '', hive_partitioning = false);`;
}

function mlcroissant(format: Format, folder: string): string {
  if (format === 'parquet')
    return `import mlcroissant

# Texts come as bytes.
rows = mlcroissant.Dataset('${folder}croissant.json').records('rows')`;
  return `import functools, json, unittest.mock
import mlcroissant, pandas

manifest = json.load(open('${folder}manifest.json'))
${PANDAS_TYPES}
# mlcroissant reads CSV by pandas.read_csv without types, which croissant.json has, but too late for it. Texts come as bytes.
read_csv = functools.partial(pandas.read_csv, ${PANDAS_CSV})
with unittest.mock.patch('pandas.read_csv', read_csv):
    rows = list(mlcroissant.Dataset('${folder}croissant.json').records('rows'))`;
}

const RECIPES = { pandas, Polars: polars, DuckDB: duckdb, mlcroissant } as const;

/**
 * Reads all rows, with the types that the manifest names: by Python into `rows`, by SQL as what the last statement gives.
 *
 * @param folder of the dataset, seen from where the recipe runs: empty, or ends with `/`
 */
export function recipe(reader: Reader, format: Format, folder = ''): Recipe {
  const language = reader === 'DuckDB' ? 'sql' : 'python';
  return { language, text: RECIPES[reader](format, folder) };
}

/** As Markdown shows it. */
export function recipeBlock(reader: Reader, format: Format, folder = ''): string {
  const { language, text } = recipe(reader, format, folder);
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
