import { duckdbFiles, PANDAS_TYPES, pythonPath, type Recipes } from '../recipe.ts';

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

  mlcroissant: (folder) => `import mlcroissant

# Texts come as bytes.
rows = mlcroissant.Dataset('${folder}croissant.json').records('rows')`,
};
