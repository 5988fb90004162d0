import { hash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { BuilderError } from '../../common/errors.ts';
import { issueOf } from '../../common/issues.ts';
import { readSmall } from '../../dataset/files/input-file.ts';
import { readDataset } from '../table/read-dataset.ts';
import type { Dataset } from '../table/series.ts';
import { assemble, type ForeignTable, featuresOf, stepOf } from './assemble.ts';
import type { Cell } from './cells.ts';
import { type Declaration, readDeclaration } from './declaration.ts';

/** A larger file is not read: text takes some ten times its size in memory. */
const MOST_BYTES = 268_435_456;
const MOST_CELLS = 50_000_000;

/** Whether a place is a file of somebody else's rather than a dataset. */
function isForeign(place: string): boolean {
  return /\.(csv|parquet)$/i.test(place);
}

function csvTable(bytes: Buffer, name: string): ForeignTable {
  const [header = [], ...rows] = parse(bytes, { bom: true, skip_empty_lines: true }) as string[][];
  const twice = header.find((own, i) => header.indexOf(own) !== i);
  if (twice !== undefined) throw new Error(`it has two columns ${twice}`);
  return {
    name,
    rows: rows.length,
    columns: new Map(header.map((own, i) => [own, rows.map((row) => row[i])])),
  };
}

async function parquetTable(bytes: Buffer, name: string): Promise<ForeignTable> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { num_rows: count, schema } = parquetMetadata(file);
  if (Number(count) * schema.length > MOST_CELLS)
    throw new Error(`it has ${count} rows: split it, or keep fewer columns`);
  const rows = (await parquetReadObjects({ file })) as Record<string, Cell>[];
  const names = Object.keys(rows[0] ?? {});
  return {
    name,
    rows: rows.length,
    columns: new Map(names.map((own) => [own, rows.map((row) => row[own])])),
  };
}

async function tableOf(place: string): Promise<{ readonly table: ForeignTable; readonly sha256: string }> {
  try {
    const bytes = readSmall(place, MOST_BYTES)?.bytes;
    if (bytes === undefined) throw new Error('there is no such file');
    const name = basename(place, extname(place));
    const table = /\.csv$/i.test(place) ? csvTable(bytes, name) : await parquetTable(bytes, name);
    return { table, sha256: hash('sha256', bytes, 'hex') };
  } catch (error) {
    throw new BuilderError('data', `${place}: ${issueOf(error)}`, { cause: error });
  }
}

/**
 * Reads a file that kubevigil-builder has not written.
 *
 * @param place a CSV file with a header, or a Parquet file
 * @param declaration what its columns are
 * @throws {BuilderError} `data` that names the place, the row and the column
 */
async function readForeign(place: string, declaration: Declaration): Promise<Dataset> {
  const { table, sha256 } = await tableOf(place);
  const features = featuresOf(table, declaration);
  return {
    name: place,
    stepMs: stepOf(declaration),
    columns: features.map((name) => ({ name })),
    series: assemble([table], features, declaration),
    rowsDigest: hash('sha256', JSON.stringify([sha256, declaration]), 'hex'),
  };
}

/** Reads what a place holds. */
export type ReadPlace = (place: string) => Promise<Dataset>;

/**
 * Reads datasets, and files of others once it is said what their columns are.
 *
 * @param declaration a file; see {@link readDeclaration}
 * @throws {BuilderError} `config` for what is no declaration
 */
export function readerOf(declaration: string | undefined): ReadPlace {
  const own = declaration === undefined ? undefined : readDeclaration(declaration);
  return async (place) => {
    if (!isForeign(place)) return readDataset(place);
    if (own !== undefined) return readForeign(place, own);
    throw new BuilderError(
      'config',
      `${place} is no dataset of kubevigil-builder: say in a file what its columns are, and name that by --declaration`,
    );
  };
}
