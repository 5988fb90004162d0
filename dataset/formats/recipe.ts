/**
 * How others read a dataset: texts that its card and docs/reference/dataset-format.md show, and that a test runs as they stand there. Readers that
 * guess take the name 007 for a number, null for nothing and 1e3 for 1000; so every recipe takes the types from the
 * manifest's columns, and the files too, which makes it a snapshot and leaves out the folders' `date`.
 */

export const READERS = ['pandas', 'Polars', 'DuckDB', 'mlcroissant'] as const;
export type Reader = (typeof READERS)[number];
/** Readers of the same rows by other types or in other pieces. */
export type OtherReader = 'Hugging Face' | 'Spark';

/**
 * By each reader: a text that reads all rows, with the types that the manifest names, by Python into `rows`, by SQL as what
 * the last statement gives. The folder is the dataset's, seen from where the recipe runs: empty, or ends with `/`.
 */
export type Recipes = Readonly<
  Record<Reader, (folder: string) => string> & Partial<Record<OtherReader, (folder: string) => string>>
>;

export const PANDAS_TYPES = `dtypes = {'string': 'string', 'double': 'float64', 'int32': 'Int32'}
types = {column['name']: dtypes[column['type']] for column in manifest['columns'] if column['type'] in dtypes}`;

/** A file of the manifest as Python names it. */
export function pythonPath(folder: string): string {
  return folder === '' ? `file['path']` : `'${folder}' + file['path']`;
}

/** By the card's front matter. The name of the folder is the dataset's, so that it is given whole. */
export function huggingFace(folder: string): string {
  return `import datasets, os

parts = datasets.load_dataset(os.path.abspath('${folder === '' ? '.' : folder}'))
train = parts['train']`;
}

/** The manifest's files, as a variable of DuckDB. */
export function duckdbFiles(folder: string): string {
  const file = folder === '' ? 'file.path' : `'${folder}' || file.path`;
  // Only what is needed is read: classes that differ in case alone would be the same key twice.
  return `SET VARIABLE files = (
  SELECT list(${file})
  FROM (SELECT unnest(files) AS file FROM read_json('${folder}manifest.json', columns = {files: 'STRUCT(path VARCHAR)[]'})));`;
}
