import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatTime } from '../../../../common/times.ts';
import { csv } from '../../../../dataset/formats/csv/csv.ts';
import type { Manifest } from '../../../../dataset/model/manifest.ts';
import { strings, type Table, tableColumns } from '../../../../dataset/model/table.ts';
import { textsOf } from '../../../../dataset/model/text-column.ts';
import { manifestWith } from '../../support/manifests.ts';

const STEP_MS = 15_000;
const START_MS = Date.UTC(2026, 10, 23);

/** One node's rows: the feature as given, under attack where told. */
export function nodeRows(
  node: string,
  values: Float64Array,
  isAttack: (row: number) => boolean,
  scenario: string,
): Table {
  const rows = values.length;
  const texts = (name: string, of: (row: number) => string | null) => ({
    name,
    type: 'string' as const,
    ...textsOf(Array.from({ length: rows }, (_, row) => of(row))),
  });
  const attack = Array.from({ length: rows }, (_, row) => isAttack(row));
  return {
    rows,
    columns: [
      {
        name: 'timestamp',
        type: 'timestamp',
        values: Float64Array.from(values, (_, row) => START_MS + (row + 1) * STEP_MS),
      },
      texts('cluster', () => null),
      texts('node', () => node),
      { name: 'cpu_busy_ratio', type: 'double', values },
      texts('label', (row) => (attack[row] ? scenario : 'normal')),
      { name: 'anomaly', type: 'int32', values: Float64Array.from(attack, Number) },
      texts('episode', (row) => (attack[row] ? 'e1' : null)),
      texts('role', () => null),
      texts('phase', (row) => (attack[row] ? 'attack' : 'normal')),
      texts('run', () => null),
      texts('split', () => 'train'),
    ],
  };
}

/** Writes rows as a dataset of one CSV file, with a manifest that is right about the file. */
export function writeDataset(
  folder: string,
  tables: readonly Table[],
  changes: Partial<Manifest> = {},
): void {
  const path = 'data/date=2026-11-23/part-0.csv';
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  const columns = tableColumns(['cpu_busy_ratio']);
  const file = csv.open(join(folder, path), columns);
  for (const table of tables) file.write(table);
  file.close();
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const longest = Math.max(...tables.map((table) => table.rows));
  const [start, end] = [formatTime(START_MS + STEP_MS), formatTime(START_MS + longest * STEP_MS)];
  const own = manifestWith();
  const manifest = manifestWith({
    format: 'csv',
    start,
    end,
    watermark: end,
    rows,
    columns: columns.map(
      (column) => own.columns.find(({ name }) => name === column.name) ?? { ...column, help: '', nulls: 0 },
    ),
    entities: tables.map((table) => ({ cluster: null, node: String(strings(table, 'node')[0]) })),
    files: [
      {
        path,
        rows,
        start,
        end,
        bytes: statSync(join(folder, path)).size,
        sha256: createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex'),
        labelDigest: '0'.repeat(64),
      },
    ],
    ...changes,
  });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
}
