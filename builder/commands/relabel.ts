/** `relabel`: a dataset under other labels. Its rows are read back from its files, so that no server is asked. */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { groupBy } from '../../common/collections.ts';
import { BuilderError } from '../../common/errors.ts';
import type { Ms } from '../../common/ms.ts';
import { packageVersion } from '../../common/version.ts';
import { filesByDay, tablesOfDay } from '../../dataset/folder/dataset-rows.ts';
import { checkKey, checkOutput, manifestThere } from '../../dataset/folder/existing.ts';
import { readBack } from '../../dataset/folder/read-back.ts';
import { DatasetWriter } from '../../dataset/folder/writer.ts';
import { FORMATS } from '../../dataset/formats/registry.ts';
import { dataFile, placesOf } from '../../dataset/model/file-names.ts';
import { infiniteWarnings } from '../../dataset/model/infinite.ts';
import {
  type Manifest,
  type ManifestFile,
  manifestSchema,
  SCHEMA_VERSION,
} from '../../dataset/model/manifest.ts';
import type { NodeRows, Partition } from '../../dataset/model/rows.ts';
import { COLUMN_HELP, type Table, tableColumns, tableOf } from '../../dataset/model/table.ts';
import type { Change, Storage } from '../../dataset/storage/storage.ts';
import { Accounts } from '../../dataset/summary/accounts.ts';
import type { BuildConfig } from '../config/schema.ts';
import { type EvidenceToJoin, openEvidence } from '../evidence/open.ts';
import type { LabelSet } from '../label-sources/label-set.ts';
import { openLabels } from '../labels/open.ts';
import type { Pseudonyms } from '../names/pseudonyms.ts';
import { labelFiles } from '../plan/relabelled.ts';
import { openPseudonyms } from '../pseudonyms/configured.ts';
import { checkHidden, RowTexts } from '../pseudonyms/hidden-names.ts';
import type { SampleSource } from '../samples/series.ts';
import { hashedIn } from '../splits/by-node.ts';
import { checkNodes } from '../stages/idle-episodes.ts';
import { type LabelsAndSplits, labelsAndSplits } from '../stages/label-and-split.ts';
import {
  accountWarnings,
  chainsIn,
  checkStrict,
  claimsOf,
  dividedOf,
  isOfReading,
  labelWarnings,
} from '../stages/manifest.ts';
import { labelledPlan } from './labelled-plan.ts';

export interface RelabelOptions {
  /** Episodes files, in order of precedence: all that is to be known of labels. */
  readonly labels: readonly string[];
  /** Where the key of pseudonyms is. */
  readonly pseudonymise?: BuildConfig['pseudonymise'];
  /** Whether label sources that the dataset had, and that are not given again, are given up. */
  readonly replace: boolean;
  /** Whether episodes about nodes of which there are no rows are left out, and no error. */
  readonly allowsOtherNodes?: boolean;
  /** Whether a part may lack what the dataset's split was strict about; it is strict no more. */
  readonly allowsLacks?: boolean;
}

const STRICT_REMEDY =
  'label more of it, or say --allow-lacks to have a dataset whose parts lack it, and whose split is strict no more';

/** Files tell of labels without any sample. */
const NO_SAMPLES: SampleSource = {
  way: 'remote-read',
  staleMarkers: true,
  read: () => Promise.reject(new Error('labels of files need no samples')),
  evaluate: () => Promise.reject(new Error('labels of files need no samples')),
};

/** Refuses to lose labels in silence: those of a server, or of a file that is not given again. */
function checkSources({ labels }: Manifest, { labels: given, replace }: RelabelOptions, name: string): void {
  if (replace) return;
  const names = given.map((file) => basename(file));
  const lost = labels.find(({ kind, file }) => kind !== 'episodes' || !names.includes(String(file)));
  if (lost === undefined) return;
  const [from, remedy] =
    lost.kind === 'episodes'
      ? [`the file ${String(lost['file'])}`, 'give it again, before or behind the others']
      : [
          `${lost.kind} ${String(lost['metric'] ?? lost['promql'] ?? '')}`.trim(),
          'files cannot tell them: give the episodes as a file',
        ];
  throw new BuilderError(
    'labels',
    `${name} has ${lost.episodes} episodes of ${from}, which would be lost: ${remedy}, or say --replace to do without`,
  );
}

/** Without the key real names mean nothing in a dataset of pseudonyms, and must not be told by it. */
function checkPseudonyms(
  { entities, pseudonyms }: Manifest,
  sets: readonly LabelSet[],
  key: Pseudonyms | undefined,
): void {
  if (pseudonyms === undefined || key !== undefined) return;
  const nodes = new Set(entities.map(({ node }) => node));
  const other = sets.flatMap(({ episodes }) => episodes).find(({ node }) => !nodes.has(node));
  if (other === undefined) return;
  throw new BuilderError(
    'labels',
    `${other.place}: there is no node ${other.node}, and the dataset's names are pseudonyms: give the key ${pseudonyms.keyId} with --pseudonymise, or write pseudonyms`,
  );
}

/**
 * What a dataset is asked to be, under other labels: the same as when it was built where the files have the names that they had then; else
 * another, of which the manifest tells what it was built as, so that `update` knows it by a configuration with these files.
 */
function identityOf(
  { configDigest, labels, relabelled }: Manifest,
  sets: readonly LabelSet[],
): Pick<Manifest, 'configDigest' | 'relabelled'> {
  const files = sets.map(({ source }) => String(source['file']));
  const before = labelFiles(labels);
  const built = relabelled ?? (before === undefined ? undefined : { configDigest, labels: before });
  if (built !== undefined && isDeepStrictEqual(built.labels, files))
    return { configDigest: built.configDigest };
  const digest = createHash('sha256').update(
    JSON.stringify(['relabelled', built?.configDigest ?? configDigest, files]),
  );
  return { configDigest: digest.digest('hex'), ...(built !== undefined && { relabelled: built }) };
}

/** Makes the days of a dataset anew under other labels. */
class Relabelling {
  readonly #manifest: Manifest;
  readonly #storage: Storage;
  readonly #labels: LabelsAndSplits;
  readonly #evidence: EvidenceToJoin | undefined;
  readonly #features: readonly string[];
  readonly accounts: Accounts;
  readonly texts = new RowTexts();
  readonly writer: DatasetWriter;

  constructor(
    manifest: Manifest,
    { storage, change }: { storage: Storage; change: Change },
    labels: LabelsAndSplits,
    stepMs: number,
    evidence: EvidenceToJoin | undefined,
  ) {
    this.#manifest = manifest;
    this.#storage = storage;
    this.#labels = labels;
    this.#evidence = evidence;
    const features = manifest.columns.filter(({ type }) => type === 'double');
    this.#features = features.map(({ name }) => name);
    const units = new Map(features.map(({ name, unit }) => [name, unit]));
    this.accounts = new Accounts(stepMs);
    this.writer = new DatasetWriter({
      ...{ change, places: placesOf(undefined), format: FORMATS[manifest.format] },
      columns: tableColumns(this.#features, manifest.entity).map((column) => {
        const unit = units.get(column.name);
        return unit === undefined ? column : { ...column, unit };
      }),
      how: { escapesFormulas: manifest.escapesFormulas === true },
      bySplit: manifest.files.every(({ path }) => dataFile(path)?.split !== undefined),
    });
  }

  async day(day: Partition, files: readonly ManifestFile[]): Promise<void> {
    const digest = this.#labels.digest(day);
    const isSame = files.every(({ labelDigest }) => labelDigest === digest);
    for await (const table of tablesOfDay(this.#storage, files, this.#manifest, ({ path }) =>
      this.#damaged(path),
    )) {
      this.#labels.meetTable(table);
      if (isSame) this.#account(table);
    }
    if (isSame) {
      for (const file of files) this.writer.keep(file);
      return;
    }
    // Rows of all shards of a day need not fit into memory at once; but those of a day are counted in one order.
    const parts = [...groupBy(files, ({ path }) => dataFile(path)?.part ?? 0)];
    for (const [part, own] of parts) {
      const rows = await readBack(this.#storage, own, this.#manifest);
      const infinite = own.find((file) => file.infinite !== undefined)?.infinite;
      await this.writer.partition(day.date, this.#tables(rows, parts.length === 1), digest, infinite, part);
    }
    if (parts.length > 1) for await (const table of this.#labelled(files)) this.#account(table);
  }

  #damaged(path: string): Error {
    return new BuilderError(
      'damaged',
      `${this.#storage.nameOf(path)} is not the file that the manifest names: see kubevigil-builder verify`,
    );
  }

  #tableOf(rows: NodeRows): Table {
    const columns = this.#features.map((name) => ({ column: { name, help: '' }, promql: '', windowMs: 0 }));
    return tableOf(this.#labels.apply(rows), columns);
  }

  *#tables(rows: NodeRows[], counted: boolean): Generator<Table> {
    for (let node = rows.shift(); node !== undefined; node = rows.shift()) {
      const table = this.#tableOf(node);
      if (counted) this.#account(table);
      yield table;
    }
  }

  /** All rows of a day of several shards, in the order in which one file would have them. */
  async *#labelled(files: readonly ManifestFile[]): AsyncGenerator<Table> {
    for (const rows of await readBack(this.#storage, files, this.#manifest)) yield this.#tableOf(rows);
  }

  #account(table: Table): void {
    this.accounts.add(table);
    this.texts.add(table);
    this.#evidence?.join.meet(table);
  }
}

/** The columns as they are, with those that rows have had since a later version. */
function columnsOf(
  { columns, entity }: Manifest,
  nulls: Readonly<Record<string, number>>,
): Manifest['columns'] {
  const there = new Map(columns.map((column) => [column.name, column]));
  const features = columns.filter(({ type }) => type === 'double').map(({ name }) => name);
  return tableColumns(features, entity).map(({ name, type }) => ({
    ...(there.get(name) ?? { name, type, help: COLUMN_HELP[name] ?? '' }),
    nulls: nulls[name] ?? 0,
  }));
}

/**
 * Labels a dataset by episodes files, and splits it anew as it was asked to be. Features stay as they are; labels, splits, the manifest and
 * what follows from it become others, all at once.
 *
 * @throws {BuilderError} `output` when there is no dataset, or nobody can split it again; `labels`; `damaged`
 */
export async function relabel(storage: Storage, options: RelabelOptions, nowMs: Ms): Promise<Manifest> {
  const places = placesOf(undefined);
  return storage.alone(places, async (change) => {
    const there = await manifestThere(storage, places);
    if (there === undefined)
      throw new BuilderError(
        'output',
        `${storage.name} holds no dataset: make one with kubevigil-builder build`,
      );
    const plan = labelledPlan(there, storage.name);
    checkSources(there, options, storage.name);
    const { pseudonymise } = options;
    const config: BuildConfig = {
      ...plan.config,
      ...(pseudonymise !== undefined && { pseudonymise }),
      labels: options.labels.map((file) => ({ episodes: resolve(file) })),
    };
    const key = openPseudonyms(config);
    if (key !== undefined) checkKey(storage, there, key.keyId);
    const sets = (await openLabels(config, key)?.(NO_SAMPLES, plan, nowMs)) ?? [];
    checkPseudonyms(there, sets, key);
    if (!options.allowsOtherNodes) checkNodes(sets, plan, there.entities);
    const replaced = await checkOutput(storage, there, places);
    const labels = labelsAndSplits({ ...plan, config }, sets, nowMs);
    const evidence = await openEvidence(config, storage, there, undefined);
    try {
      const work = new Relabelling(there, { storage, change }, labels, plan.stepMs, evidence);
      const days = new Map(plan.days.map((day) => [day.date, day]));
      for (const files of filesByDay(there.files)) {
        const day = days.get(dataFile(files[0]?.path ?? '')?.date ?? '');
        if (day === undefined)
          throw new BuilderError(
            'damaged',
            `${storage.name}: ${files[0]?.path} lies outside the manifest's time`,
          );
        await work.day(day, files);
      }
      labels.finish();
      const account = work.accounts.result();
      const events = evidence?.join.table(plan.firstMs, plan.lastMs, there.pseudonyms !== undefined);
      if (events !== undefined) work.texts.addEvents(events);
      const { minimum } = there.split;
      const strict = options.allowsLacks ? undefined : there.split.strict;
      const split = {
        ...{ ...labels.split, ...hashedIn(labels.split, account.entities, plan.splitsByNameAlone) },
        ...(strict !== undefined && { strict }),
        ...(minimum !== undefined && { minimum }),
      };
      const { evidence: _, chains: __, relabelled: ___, ...kept } = there;
      const chains = chainsIn(sets, plan);
      const made = manifestSchema.parse({
        ...kept,
        schemaVersion: SCHEMA_VERSION,
        builder: `kubevigil-builder ${packageVersion()}`,
        ...identityOf(there, sets),
        columns: columnsOf(there, account.nulls),
        files: work.writer.files,
        ...(evidence !== undefined &&
          events !== undefined && {
            evidence: { ...(await work.writer.evidence(events)), sources: [...evidence.sources] },
          }),
        labels: sets.map(({ source }) => source),
        conflicts: labels.conflicts,
        ...(chains !== undefined && { chains }),
        ...claimsOf(account),
        split: dividedOf(split, account),
        warnings: [
          ...there.warnings.filter(isOfReading),
          ...labelWarnings(sets, labels.conflicts, plan, account),
          ...infiniteWarnings(there.columns, work.writer.files),
          ...accountWarnings(account, split),
        ],
      });
      checkStrict(made, STRICT_REMEDY);
      if (key !== undefined) checkHidden(key, made, work.texts, []);
      if (!isDeepStrictEqual(made, there)) await work.writer.commit(made, replaced);
      return made;
    } catch (error) {
      await change.discard();
      throw error;
    }
  });
}
