import { duckdbFiles, huggingFace, PANDAS_TYPES, pythonPath, type Recipes } from '../recipe.ts';

/** An empty cell is null, and no other text is. */
const PANDAS_CSV = `dtype=types, keep_default_na=False, na_values=['']`;

/** How others read CSV files of a dataset. */
export const csvRecipes: Recipes = {
  pandas: (folder) => `import json, pandas

manifest = json.load(open('${folder}manifest.json'))
${PANDAS_TYPES}
rows = pandas.concat(
    pandas.read_csv(${pythonPath(folder)}, ${PANDAS_CSV}, parse_dates=['timestamp'])
    for file in manifest['files']
)`,

  Polars: (folder) => `import json, polars

manifest = json.load(open('${folder}manifest.json'))
dtypes = {'timestamp': polars.String, 'string': polars.String, 'double': polars.Float64, 'int32': polars.Int32}
schema = {column['name']: dtypes[column['type']] for column in manifest['columns']}
rows = polars.concat(polars.read_csv(${pythonPath(folder)}, schema=schema) for file in manifest['files'])
rows = rows.with_columns(polars.col('timestamp').str.to_datetime(time_unit='ms', time_zone='UTC'))`,

  DuckDB: (folder) => `${duckdbFiles(folder)}
SET VARIABLE types = (
  SELECT list(CASE type WHEN 'timestamp' THEN 'TIMESTAMPTZ' WHEN 'double' THEN 'DOUBLE' WHEN 'int32' THEN 'INTEGER' ELSE 'VARCHAR' END)
  FROM (SELECT unnest(columns).type AS type FROM read_json('${folder}manifest.json', columns = {columns: 'STRUCT(type VARCHAR)[]'})));
SELECT * FROM read_csv(getvariable('files'), types = getvariable('types'), header = true, delim = ',', quote = '"',
  escape = '"', nullstr = '', hive_partitioning = false);`,

  'Hugging Face': huggingFace,

  Spark: (folder) => `import json
import pyspark.sql

spark = pyspark.sql.SparkSession.builder.config('spark.sql.session.timeZone', 'UTC').getOrCreate()
manifest = json.load(open('${folder}manifest.json'))
dtypes = {'timestamp': 'TIMESTAMP', 'string': 'STRING', 'double': 'DOUBLE', 'int32': 'INT'}
schema = ', '.join(f"\`{column['name']}\` {dtypes[column['type']]}" for column in manifest['columns'])
rows = spark.read.csv([${pythonPath(folder)} for file in manifest['files']], schema=schema, header=True,
    quote='"', escape='"', multiLine=True, nullValue='', emptyValue='')`,

  mlcroissant: (folder) => `import functools, json, unittest.mock
import mlcroissant, pandas

manifest = json.load(open('${folder}manifest.json'))
${PANDAS_TYPES}
# mlcroissant reads CSV by pandas.read_csv without types, which croissant.json has, but too late for it. Texts come as bytes.
read_csv = functools.partial(pandas.read_csv, ${PANDAS_CSV})
with unittest.mock.patch('pandas.read_csv', read_csv):
    rows = list(mlcroissant.Dataset('${folder}croissant.json').records('rows'))`,
};
