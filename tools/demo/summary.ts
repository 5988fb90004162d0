import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { METRICS } from '../../exporter/catalogue/index.ts';
import { type CatalogueColumn, columnsOf } from '../../exporter/catalogue/model/columns.ts';
import type { Unit } from '../../exporter/catalogue/model/define.ts';
import { type Effect, effectOf, MOVED } from '../../scenarios/effect.ts';

type Row = Record<string, unknown>;

interface Manifest {
  readonly files: readonly { readonly path: string }[];
}

async function readRows(dataset: string): Promise<Row[]> {
  const { files } = JSON.parse(readFileSync(join(dataset, 'manifest.json'), 'utf8')) as Manifest;
  const parts = await Promise.all(
    files.map(async ({ path }) =>
      parquetReadObjects({ file: await asyncBufferFromFile(join(dataset, path)) }),
    ),
  );
  return parts.flat();
}

function numbers(rows: readonly Row[], column: string): number[] {
  return rows.map((row) => row[column]).filter((value): value is number => typeof value === 'number');
}

const MEBIBYTE = 1024 * 1024;

function show(value: number, unit: Unit): string {
  if (unit === 'ratio') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'bytes_per_second') return `${(value / MEBIBYTE).toFixed(2)} MiB/s`;
  if (unit === 'bytes') return `${(value / MEBIBYTE).toFixed(0)} MiB`;
  return `${value.toFixed(1)}${unit === 'per_second' ? ' /s' : ''}`;
}

interface Move {
  readonly source: CatalogueColumn;
  readonly effect: Effect;
}

function movesIn(episode: readonly Row[], normal: readonly Row[], stepSeconds: number): Move[] {
  return columnsOf(METRICS, 'node')
    .flatMap((source) => {
      const { name, op, resolution } = source.column;
      const smallest = op === 'rate' ? resolution / stepSeconds : resolution;
      const effect = effectOf(numbers(normal, name), numbers(episode, name), smallest);
      return effect === undefined ? [] : [{ source, effect }];
    })
    .filter(({ effect }) => Math.abs(effect.size) >= MOVED)
    .sort((a, b) => Math.abs(b.effect.size) - Math.abs(a.effect.size));
}

function moveLine({ source: { column }, effect }: Move): string {
  const change = `${show(effect.normalMedian, column.unit)} → ${show(effect.episodeMedian, column.unit)}`;
  return `    ${column.name.padEnd(36)} ${change.padStart(30)}   effect ${effect.size.toFixed(0).padStart(6)}`;
}

function countBy(rows: readonly Row[], column: string): string {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(String(row[column]), (counts.get(String(row[column])) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${value} ${count}`).join(', ');
}

/**
 * What the dataset shows, as lines for the terminal: its size, its class balance, and for each episode the columns
 * that moved. The effect is (median in the episode − median of normal time) / max(1.4826 MAD, resolution).
 */
export async function summarise(dataset: string, stepSeconds: number): Promise<string[]> {
  const rows = await readRows(dataset);
  const [first] = rows;
  const normal = rows.filter((row) => row['phase'] === 'normal');
  const episodes = [...new Set(rows.map((row) => row['episode']))].filter((name) => typeof name === 'string');
  const moved = episodes.flatMap((episode) => {
    const inside = rows.filter((row) => row['episode'] === episode && row['phase'] === 'attack');
    const moves = movesIn(inside, normal, stepSeconds);
    const title = `  ${episode} (${String(inside[0]?.['label'])}, ${inside.length} rows)`;
    return [title, ...(moves.length === 0 ? ['    nothing moved'] : moves.map(moveLine))];
  });
  return [
    `${rows.length} rows of ${Object.keys(first ?? {}).length} columns; label: ${countBy(rows, 'label')}; phase: ${countBy(rows, 'phase')}`,
    `what moved by at least ${MOVED} × max(1.4826 MAD of normal time, resolution):`,
    ...moved,
  ];
}
