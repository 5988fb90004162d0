import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';

export type Row = Readonly<Record<string, unknown>>;

interface Manifest {
  readonly files: readonly { readonly path: string }[];
}

/** All rows of a Parquet dataset, as its manifest lists them. */
export async function readRows(dataset: string): Promise<Row[]> {
  const { files } = JSON.parse(readFileSync(join(dataset, 'manifest.json'), 'utf8')) as Manifest;
  const parts = await Promise.all(
    files.map(async ({ path }) =>
      parquetReadObjects({ file: await asyncBufferFromFile(join(dataset, path)) }),
    ),
  );
  return parts.flat();
}
