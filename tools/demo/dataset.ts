import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { PARTS } from '../../dataset/model/rows.ts';
import { type Lack, lackText } from '../../dataset/summary/lacks.ts';

export type Row = Readonly<Record<string, unknown>>;

interface Manifest {
  readonly files: readonly { readonly path: string }[];
  readonly split: { readonly lacks?: readonly Lack[]; readonly rows: Readonly<Record<string, number>> };
}

function manifestOf(dataset: string): Manifest {
  return JSON.parse(readFileSync(join(dataset, 'manifest.json'), 'utf8')) as Manifest;
}

/** All rows of a Parquet dataset, as its manifest lists them. */
export async function readRows(dataset: string): Promise<Row[]> {
  const { files } = manifestOf(dataset);
  const parts = await Promise.all(
    files.map(async ({ path }) =>
      parquetReadObjects({ file: await asyncBufferFromFile(join(dataset, path)) }),
    ),
  );
  return parts.flat();
}

/** What parts of a dataset lack, and why those of the demo's do. */
export function lacksLines(dataset: string): string[] {
  const { lacks = [], rows } = manifestOf(dataset).split;
  const empty = PARTS.filter((part) => (rows[part] ?? 0) === 0);
  if (lacks.length + empty.length === 0) return ['  every part has rows of every class'];
  return [
    ...empty.map((part) => `  ${part} has no rows at all`),
    ...lacks.map((lack) => `  ${lackText(lack)}`),
    '  Each scenario was on once here, and an episode is never divided: three of each put every class into every part.',
  ];
}
