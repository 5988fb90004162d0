/** Datasets that no server was asked for: rows as a test wants them, in files as the builder writes them. */
import { createHash } from 'node:crypto';
import { claimsOf } from '../../../builder/stages/manifest.ts';
import { parseDurationMs } from '../../../common/duration.ts';
import { formatTime } from '../../../common/times.ts';
import { DatasetWriter } from '../../../dataset/folder/writer.ts';
import { FORMATS } from '../../../dataset/formats/registry.ts';
import { placesOf } from '../../../dataset/model/file-names.ts';
import { type Manifest, manifestSchema } from '../../../dataset/model/manifest.ts';
import type { RowLabel, Split } from '../../../dataset/model/rows.ts';
import { COLUMN_HELP, tableColumns, tableOf } from '../../../dataset/model/table.ts';
import { localStorage } from '../../../dataset/storage/local/local-storage.ts';
import { Accounts } from '../../../dataset/summary/accounts.ts';
import { manifestWith } from './manifests.ts';

/** A row beside its time. */
export interface MadeRow extends Partial<RowLabel> {
  readonly split: Split;
  /** By feature; null where it is left out. */
  readonly values: Readonly<Record<string, number>>;
}

export interface MadeNode {
  readonly cluster?: string;
  readonly node: string;
  readonly namespace?: string;
  readonly pod?: string;
  readonly rows: readonly MadeRow[];
}

export interface MadeOptions {
  readonly nodes: readonly MadeNode[];
  readonly features: readonly string[];
  /** Time of the first row, a multiple of the step. */
  readonly startMs?: number;
  /** Of the manifest, in place of what is made up. */
  readonly manifest?: Partial<Manifest>;
}

export const MADE_START_MS = Date.UTC(2026, 10, 23, 0, 0, 15);

export const NORMAL_ROW: RowLabel = {
  ...{ label: 'normal', anomaly: 0, episode: null, role: null, phase: 'normal', run: null },
};

/** An attack row of an episode. */
export const attackRow = (label: string, episode: string): RowLabel => ({
  ...{ label, anomaly: 1, episode, role: 'attack', phase: 'attack', run: null },
});

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Writes a dataset that `verify` finds nothing wrong with. */
export async function makeDataset(folder: string, options: MadeOptions): Promise<Manifest> {
  const { nodes, features, startMs = MADE_START_MS, manifest: changes = {} } = options;
  const entity = nodes.some(({ pod }) => pod !== undefined) ? 'pod' : 'node';
  const base = manifestWith({ entity, ...changes });
  const stepMs = parseDurationMs(base.step) as number;
  const places = placesOf(undefined);
  const format = FORMATS[base.format];
  const names = tableColumns(features, entity);
  return localStorage(folder).alone(places, async (change) => {
    const writer = new DatasetWriter({ change, places, format, columns: names });
    const accounts = new Accounts(stepMs);
    const longest = Math.max(...nodes.map(({ rows }) => rows.length));
    const times = Array.from({ length: longest }, (_, i) => startMs + i * stepMs);
    for (const day of new Set(times.map(dayOf))) {
      const tables = nodes.flatMap(({ rows, cluster = '', ...name }) => {
        const own = rows.flatMap((row, i) =>
          dayOf(times[i] as number) === day ? [{ row, t: times[i] as number }] : [],
        );
        if (own.length === 0) return [];
        const node = {
          ...{ ...name, cluster },
          timesMs: Float64Array.from(own, ({ t }) => t),
          features: features.map((feature) =>
            Float64Array.from(own, ({ row }) => row.values[feature] ?? Number.NaN),
          ),
          labels: own.map(({ row: { split: _, values: __, ...label } }) => ({ ...NORMAL_ROW, ...label })),
          splits: own.map(({ row }) => row.split),
        };
        return [
          tableOf(
            node,
            features.map((feature) => ({ column: { name: feature, help: '' }, promql: '', windowMs: 0 })),
          ),
        ];
      });
      for (const table of tables) accounts.add(table);
      await writer.partition(day, tables, createHash('sha256').update(day).digest('hex'));
    }
    const account = accounts.result();
    const lastMs = times.at(-1) as number;
    const manifest = manifestSchema.parse({
      ...base,
      start: formatTime(startMs),
      ...{ end: formatTime(lastMs), watermark: formatTime(lastMs) },
      columns: names.map(({ name, type }) => ({
        ...{ name, type, nulls: account.nulls[name] ?? 0, help: COLUMN_HELP[name] ?? `The feature ${name}.` },
        ...(type === 'double' && { unit: 'ratio', window: base.window }),
        ...changes.columns?.find((column) => column.name === name),
      })),
      files: writer.files,
      ...claimsOf(account),
      split: { ...base.split, rows: account.splitRows, classBalance: account.splitClassBalance },
    });
    await writer.commit(manifest, []);
    return manifest;
  });
}
