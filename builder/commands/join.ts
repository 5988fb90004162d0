/** `join`: datasets of several labs as one. Each keeps its splits, and names of one lab are never those of another. */
import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { filesByDay, tablesOfDay } from '../../dataset/folder/dataset-rows.ts';
import { datasetFiles } from '../../dataset/folder/existing.ts';
import { DatasetWriter } from '../../dataset/folder/writer.ts';
import { FORMATS } from '../../dataset/formats/registry.ts';
import { dataFile, placesOf } from '../../dataset/model/file-names.ts';
import { inOrder } from '../../dataset/model/in-order.ts';
import type { Manifest, ManifestFile } from '../../dataset/model/manifest.ts';
import type { Table, TableColumn } from '../../dataset/model/table.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { Accounts } from '../../dataset/summary/accounts.ts';
import type { EvidenceJoin } from '../evidence/join.ts';
import { checkJoinable, type Lab } from './joinable.ts';
import { openJoinedEvidence, writeJoinedEvidence } from './joined-evidence.ts';
import { digestOf, joinedManifest } from './joined-manifest.ts';
import { clusterIn, type NamedPlace, nameIn } from './lab-names.ts';

interface Source extends Lab {
  readonly storage: Storage;
}

/** Names that mean something within a lab alone. */
const OWN_NAMES = ['episode', 'run'];

/** A table with its lab's names. */
function renamed(lab: string, table: Table): Table {
  const columns = table.columns.map((column): TableColumn => {
    if (column.type !== 'string') return column;
    if (column.name === 'cluster')
      return { ...column, texts: column.texts.map((text) => clusterIn(lab, text)) };
    if (!OWN_NAMES.includes(column.name)) return column;
    return { ...column, texts: column.texts.map((text) => (text === null ? null : nameIn(lab, text))) };
  });
  return { ...table, columns };
}

async function* tablesIn(
  { lab, storage, manifest }: Source,
  files: readonly ManifestFile[],
): AsyncGenerator<Table> {
  const otherwise = ({ path }: ManifestFile) =>
    new BuilderError(
      'damaged',
      `${storage.nameOf(path)} is not the file that the manifest names: see kubevigil-builder verify`,
    );
  for await (const table of tablesOfDay(storage, files, manifest, otherwise)) yield renamed(lab, table);
}

/** The files of a day, lab by lab. */
function daysOf(sources: readonly Source[]): Map<string, [Source, ManifestFile[]][]> {
  const days = new Map<string, [Source, ManifestFile[]][]>();
  for (const source of sources)
    for (const files of filesByDay(source.manifest.files)) {
      const date = dataFile(files[0]?.path ?? '')?.date ?? '';
      days.set(date, [...(days.get(date) ?? []), [source, files]]);
    }
  return new Map([...days].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What became null of infinities, of all files together. */
function infiniteOf(files: readonly ManifestFile[]): ManifestFile['infinite'] {
  const sums: Record<string, number> = {};
  for (const { infinite = {} } of files)
    for (const [name, count] of Object.entries(infinite)) sums[name] = (sums[name] ?? 0) + count;
  return Object.keys(sums).length === 0 ? undefined : sums;
}

async function writeDay(
  writer: DatasetWriter,
  accounts: Accounts,
  evidence: EvidenceJoin | undefined,
  date: string,
  own: readonly [Source, ManifestFile[]][],
): Promise<void> {
  const tables: Table[] = [];
  for await (const table of inOrder(own.map(([source, files]) => tablesIn(source, files)))) {
    accounts.add(table);
    evidence?.meet(table);
    tables.push(table);
  }
  const files = own.flatMap(([, all]) => all);
  const digest = digestOf(own.map(([{ lab }, all]) => [lab, all.map(({ labelDigest }) => labelDigest)]));
  await writer.partition(date, tables, digest, infiniteOf(files));
}

async function sourceOf({ lab }: NamedPlace, storage: Storage): Promise<Source> {
  const manifest = await readManifest(storage);
  if (manifest === undefined)
    throw new BuilderError('output', `${storage.name} holds no dataset: there is no manifest.json`);
  return { lab, storage, manifest };
}

/**
 * Joins datasets to a new one; they stay as they are. The cluster of each row becomes `lab` or `lab/cluster`, its episode `lab/episode`,
 * its run `lab/run`.
 *
 * @param about what people say of the whole
 * @throws {BuilderError} `output` when they do not fit, or something is at the output; `damaged`
 */
export async function join(
  named: readonly (NamedPlace & { readonly storage: Storage })[],
  output: Storage,
  { format, about }: { readonly format?: Manifest['format'] | undefined; readonly about?: Manifest['about'] },
): Promise<Manifest> {
  const sources: Source[] = [];
  for (const one of named) sources.push(await sourceOf(one, one.storage));
  checkJoinable(sources);
  const places = placesOf(undefined);
  return output.alone(places, async (change) => {
    const [there] = await datasetFiles(output);
    if (there !== undefined)
      throw new BuilderError(
        'output',
        `${output.name} holds ${there}: choose another --output, or remove it`,
      );
    const [first] = sources as [Source];
    const kind = format ?? first.manifest.format;
    const { columns, step } = first.manifest;
    const accounts = new Accounts(parseDurationMs(step) ?? Number.NaN);
    const evidence = await openJoinedEvidence(sources);
    const writer = new DatasetWriter({
      ...{ change, places, format: FORMATS[kind] },
      columns: columns.map(({ name, type, unit }) => ({ name, type, ...(unit !== undefined && { unit }) })),
      bySplit: sources.every(({ manifest }) =>
        manifest.files.every(({ path }) => dataFile(path)?.split !== undefined),
      ),
    });
    try {
      for (const [date, own] of daysOf(sources)) await writeDay(writer, accounts, evidence, date, own);
      const events = await writeJoinedEvidence(evidence, writer, sources);
      const manifest = {
        ...joinedManifest(sources, kind, writer.files, accounts.result(), about),
        ...(events !== undefined && { evidence: events }),
      };
      await writer.commit(manifest, []);
      return manifest;
    } catch (error) {
      await change.discard();
      throw error;
    }
  });
}
