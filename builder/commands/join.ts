/** `join`: datasets of several labs as one. Each keeps its splits, and names of one lab are never those of another. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { UsageError } from '../../common/cli.ts';
import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { packageVersion } from '../../common/version.ts';
import { filesByDay, tablesOfDay } from '../../dataset/folder/dataset-rows.ts';
import { datasetFiles } from '../../dataset/folder/existing.ts';
import { DatasetWriter } from '../../dataset/folder/writer.ts';
import { FORMATS } from '../../dataset/formats/registry.ts';
import { dataFile, placesOf } from '../../dataset/model/file-names.ts';
import { inOrder } from '../../dataset/model/in-order.ts';
import { infiniteWarnings } from '../../dataset/model/infinite.ts';
import {
  type Manifest,
  type ManifestFile,
  manifestSchema,
  SCHEMA_VERSION,
} from '../../dataset/model/manifest.ts';
import type { Table, TableColumn } from '../../dataset/model/table.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { Accounts } from '../../dataset/summary/accounts.ts';
import type { EvidenceJoin } from '../evidence/join.ts';
import { accountWarnings, claimsOf, dividedOf } from '../stages/manifest.ts';
import { NodeFacts } from '../stages/node-facts.ts';
import { checkJoinable, type Lab } from './joinable.ts';
import { evidenceWarnings, openJoinedEvidence, writeJoinedEvidence } from './joined-evidence.ts';

interface Source extends Lab {
  readonly storage: Storage;
}

/** A dataset as the command line names it. */
export interface NamedPlace {
  readonly lab: string;
  readonly place: string;
}

const LAB = /^[A-Za-z0-9][\w.-]{0,39}$/;

/**
 * `berlin=./a`, or a place that is called after its folder.
 *
 * @throws {UsageError} for a name that is none, or is there twice
 */
export function namedPlaces(texts: readonly string[]): NamedPlace[] {
  const named = texts.map((text) => {
    const [, lab, place] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
    return lab === undefined || place === undefined
      ? { lab: basename(text.replace(/\/+$/, '')), place: text }
      : { lab, place };
  });
  for (const { lab, place } of named)
    if (!LAB.test(lab))
      throw new UsageError(
        `${JSON.stringify(lab.slice(0, 60))} is no name of a lab: write NAME=${place}, with 1 to 40 letters, digits, _ . and -`,
      );
  const twice = named.find(({ lab }, i) => named.findIndex((other) => other.lab === lab) !== i);
  if (twice !== undefined)
    throw new UsageError(
      `two datasets are called ${twice.lab}: write NAME=${twice.place} to tell them apart`,
    );
  if (named.length < 2) throw new UsageError('join takes two datasets or more');
  return named;
}

/** `lab`, or `lab/cluster`. */
const clusterIn = (lab: string, cluster: string | null) => (cluster === null ? lab : `${lab}/${cluster}`);
const nameIn = (lab: string, name: string) => `${lab}/${name}`;

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

const sha256 = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

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
  const digest = sha256(own.map(([{ lab }, all]) => [lab, all.map(({ labelDigest }) => labelDigest)]));
  await writer.partition(date, tables, digest, infiniteOf(files));
}

const distinct = (texts: readonly string[]) => [...new Set(texts)];

/** Which of the labs' durations is the longest, as it is written there. */
function longest(labs: readonly Lab[], key: 'freshness' | 'scrapeInterval' | 'delay'): string {
  const ms = ({ manifest }: Lab) => parseDurationMs(manifest[key]) ?? 0;
  return labs.reduce((most, lab) => (ms(lab) > ms(most) ? lab : most)).manifest[key];
}

/** What the datasets have beside their rows that differs from lab to lab. */
function labWarnings(labs: readonly Lab[]): string[] {
  const differ = (['scrapeInterval', 'freshness'] as const).flatMap((key) => {
    const values = labs.map(({ lab, manifest }) => `${manifest[key]} in ${lab}`);
    return distinct(labs.map(({ manifest }) => manifest[key])).length > 1
      ? [`${key} is ${values.join(', ')}`]
      : [];
  });
  const keys = distinct(labs.flatMap(({ manifest }) => manifest.pseudonyms?.keyId ?? []));
  return [
    ...differ,
    ...(keys.length > 1
      ? ['pseudonyms are by different keys: the same name has another pseudonym in each lab']
      : []),
    ...evidenceWarnings(labs),
    ...labs.flatMap(({ lab, manifest }) => manifest.warnings.map((warning) => `${lab}: ${warning}`)),
  ];
}

function prometheusOf(labs: readonly Lab[]): Manifest['prometheus'] {
  const all = labs.map(({ manifest }) => manifest.prometheus);
  const servers = distinct(all.map(({ server = 'Prometheus' }) => server));
  return {
    version: distinct(all.map(({ version }) => version)).join(' and '),
    ...((servers.length > 1 || servers[0] !== 'Prometheus') && { server: servers.join(' and ') }),
    reading: all.every(({ reading }) => reading === 'remote-read') ? 'remote-read' : 'range-selectors',
    staleMarkers: all.every(({ staleMarkers }) => staleMarkers),
    jobs: distinct(all.flatMap(({ jobs }) => jobs)).sort(),
  };
}

/** The split of all: what was asked for in each stands with its lab. */
function splitOf(labs: readonly Lab[]) {
  const embargo = (lab: Lab) => parseDurationMs(lab.manifest.split.embargo) ?? 0;
  const [first] = labs as [Lab];
  const isSame = labs.every(
    ({ manifest }) =>
      JSON.stringify(manifest.split.fractions) === JSON.stringify(first.manifest.split.fractions),
  );
  return {
    by: 'joined' as const,
    // Where labs asked for different shares nobody asked for those of the whole.
    fractions: isSame ? first.manifest.split.fractions : [],
    embargo: labs.reduce((most, lab) => (embargo(lab) > embargo(most) ? lab : most)).manifest.split.embargo,
  };
}

const MOST_NAME = 80;

/** What the labs' datasets came about by, each file with its lab's name before its own; by its digest as well where that is not enough. */
function provenanceOf(labs: readonly Lab[]): Pick<Manifest, 'provenance'> {
  const taken = new Set<string>();
  const provenance = labs.flatMap(({ lab, manifest }) =>
    (manifest.provenance ?? []).map(({ name, ...told }) => {
      const whole = `${lab}-${name}`;
      const mark = `-${told.sha256.slice(0, 8)}`;
      const isFree = whole.length <= MOST_NAME && !taken.has(whole);
      const own = isFree ? whole : `${whole.slice(0, MOST_NAME - mark.length)}${mark}`;
      taken.add(own);
      return { name: own, ...told };
    }),
  );
  return provenance.length === 0 ? {} : { provenance };
}

type Account = ReturnType<Accounts['result']>;

/** What is known of all machines, each in its lab's cluster. What is not known stands in the labs' warnings. */
function factsOf(
  labs: readonly Lab[],
  { entities }: Account,
  stepMs: number,
): Pick<Manifest, 'machines' | 'kubernetes' | 'unread'> {
  const facts = new NodeFacts({ nodeLabel: 'node', clusterLabel: 'cluster' });
  for (const { lab, manifest } of labs) {
    const inLab = <T extends { readonly cluster: string | null }>(one: T): T => ({
      ...one,
      cluster: clusterIn(lab, one.cluster),
    });
    const { machines = [], kubernetes = [], unread = [] } = manifest;
    facts.join({
      machines: machines.map(inLab),
      kubernetes: kubernetes.map(inLab),
      unread: unread.map(inLab),
    });
  }
  return facts.result(entities, stepMs);
}

/** What is known of each lab's dataset, as it was. */
function joinedOf(labs: readonly Lab[]): Manifest['joined'] {
  return labs.map(({ lab, manifest }) => {
    const {
      about,
      builder,
      configDigest,
      rowsDigest,
      rows,
      start,
      end,
      scrapeInterval,
      prometheus,
      pseudonyms,
    } = manifest;
    const { by, fractions, seed, embargo } = manifest.split;
    return {
      ...{ lab, builder, configDigest, rowsDigest, rows, start, end, scrapeInterval, prometheus },
      ...(about !== undefined && { about }),
      ...(pseudonyms !== undefined && { keyId: pseudonyms.keyId }),
      split: { by, fractions, embargo, ...(seed !== undefined && { seed }) },
    };
  });
}

function chainsOf(labs: readonly Lab[]): Manifest['chains'] {
  const all = labs.flatMap(({ lab, manifest }) =>
    (manifest.chains ?? []).map(({ chain, stages, ...whole }) => ({
      ...{ chain: nameIn(lab, chain), ...whole },
      stages: stages.map((stage) => ({
        ...stage,
        episodes: stage.episodes.map((name) => nameIn(lab, name)),
      })),
    })),
  );
  return all.length === 0 ? undefined : all;
}

function manifestOf(
  labs: readonly Lab[],
  format: Manifest['format'],
  files: readonly ManifestFile[],
  account: Account,
  about: Manifest['about'],
): Manifest {
  const all = labs.map(({ manifest }) => manifest);
  const [first] = all as [Manifest];
  const keys = distinct(all.flatMap(({ pseudonyms }) => pseudonyms?.keyId ?? []));
  const earliest = (times: readonly string[]) => [...times].sort()[0] as string;
  const latest = (times: readonly string[]) => [...times].sort().at(-1) as string;
  const split = splitOf(labs);
  const chains = chainsOf(labs);
  return manifestSchema.parse({
    schemaVersion: SCHEMA_VERSION,
    builder: `kubevigil-builder ${packageVersion()}`,
    ...(about !== undefined && { about }),
    configDigest: sha256([
      'joined',
      ...labs.map(({ lab, manifest }) => [lab, manifest.configDigest, manifest.rowsDigest]),
    ]),
    entity: first.entity,
    ...(first.pseudonyms !== undefined && { pseudonyms: { ...first.pseudonyms, keyId: keys.join(' and ') } }),
    prometheus: prometheusOf(labs),
    format,
    start: earliest(all.map(({ start }) => start)),
    end: latest(all.map(({ end }) => end)),
    watermark: latest(all.map(({ watermark }) => watermark)),
    ...{ step: first.step, window: first.window, freshness: longest(labs, 'freshness') },
    ...{ scrapeInterval: longest(labs, 'scrapeInterval'), delay: longest(labs, 'delay') },
    columns: first.columns.map(({ promql, source, ...column }) => ({
      ...column,
      nulls: account.nulls[column.name] ?? 0,
      // What differs from lab to lab, such as a selector, is nothing to say of all.
      ...(source !== undefined &&
        all.every(({ columns }) =>
          columns.some((own) => own.name === column.name && own.source === source),
        ) && { source }),
      ...(promql !== undefined &&
        all.every(({ columns }) =>
          columns.some((own) => own.name === column.name && own.promql === promql),
        ) && { promql }),
    })),
    files,
    joined: joinedOf(labs),
    ...factsOf(labs, account, parseDurationMs(first.step) ?? Number.NaN),
    ...provenanceOf(labs),
    labels: labs.flatMap(({ lab, manifest }) =>
      manifest.labels.map(({ kind, ...told }) => ({ kind, lab, ...told })),
    ),
    conflicts: labs.flatMap(({ lab, manifest }) =>
      manifest.conflicts.map((conflict) => ({
        ...conflict,
        cluster: clusterIn(lab, conflict.cluster ?? null),
        ...{ kept: nameIn(lab, conflict.kept), ignored: nameIn(lab, conflict.ignored) },
      })),
    ),
    ...(chains !== undefined && { chains }),
    ...claimsOf(account),
    split: dividedOf(split, account),
    warnings: [
      ...labWarnings(labs),
      ...infiniteWarnings(first.columns, files),
      ...accountWarnings(account, split),
    ],
  });
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
        ...manifestOf(sources, kind, writer.files, accounts.result(), about),
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
