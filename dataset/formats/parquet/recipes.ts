import { duckdbFiles, huggingFace, PANDAS_TYPES, pythonPath, type Recipes } from '../recipe.ts';

/** How others read Parquet files of a dataset. */
export const parquetRecipes: Recipes = {
  pandas: (folder) => `import json, pandas

manifest = json.load(open('${folder}manifest.json'))
${PANDAS_TYPES}
rows = pandas.concat(
    pandas.read_parquet(${pythonPath(folder)}, partitioning=None) for file in manifest['files']
).astype(types)`,

  Polars: (folder) => `import json, polars

manifest = json.load(open('${folder}manifest.json'))
rows = polars.concat(
    polars.read_parquet(${pythonPath(folder)}, hive_partitioning=False) for file in manifest['files']
)`,

  DuckDB: (folder) => `${duckdbFiles(folder)}
SELECT * FROM read_parquet(getvariable('files'), hive_partitioning = false);`,

  'Hugging Face': huggingFace,

  Spark: (folder) => `import json
import pyspark.sql

spark = pyspark.sql.SparkSession.builder.config('spark.sql.session.timeZone', 'UTC').getOrCreate()
manifest = json.load(open('${folder}manifest.json'))
rows = spark.read.parquet(*[${pythonPath(folder)} for file in manifest['files']])`,

  mlcroissant: (folder) => `import mlcroissant

# Texts come as bytes.
rows = mlcroissant.Dataset('${folder}croissant.json').records('rows')`,
};
