/** `hide-labels`: a copy of a dataset for those who make models, without the labels that they are judged by, and these labels for the judge. */
import { createHash } from 'node:crypto';
import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { packageVersion } from '../../common/version.ts';
import { filesByDay, tablesOfDay } from '../../dataset/folder/dataset-rows.ts';
import { datasetFiles } from '../../dataset/folder/existing.ts';
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
import type { Table } from '../../dataset/model/table.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { Accounts } from '../../dataset/summary/accounts.ts';
import { LabelKey } from '../benchmark/label-key.ts';
import { episodesOf, hiddenRows, withoutLabels } from '../benchmark/without-labels.ts';
import { accountWarnings, claimsOf, dividedOf, isOfReading } from '../stages/manifest.ts';

const sha256 = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** In the card of the copy. */
const hidden = ({ builder }: Manifest) =>
  `the labels of the rows of test and of the embargo are hidden: they are null here, whatever happened, and who published this copy of a dataset of ${builder} judges scores by them`;

/** Rows of the copy, and what is known of them. */
interface Copied {
  readonly files: readonly ManifestFile[];
  readonly account: ReturnType<Accounts['result']>;
  /** Episodes that rows of the copy still name. */
  readonly episodes: number;
}

/**
 * Where labels are from, without the digests of files that have them all, and with the episodes that can be seen alone: by either the others
 * could be guessed.
 */
function originsOf({ labels }: Manifest, episodes: number): Manifest['labels'] {
  const [first, ...more] = labels;
  if (first === undefined) return [];
  if (more.length > 0) return [{ kind: 'several', episodes }];
  const { kind, episodes: all, sha256: _, ...told } = first;
  const counts = Object.entries(told).map(([key, value]): [string, string | number][] => {
    if (typeof value !== 'number') return [[key, value]];
    // All of them, or nobody knows how many of those that can be seen.
    return value === all ? [[key, episodes]] : [];
  });
  return [{ kind, episodes, ...Object.fromEntries(counts.flat()) }];
}

/**
 * What the copy's manifest tells: nothing but what is named here, for what a later version adds may name episodes. It has no digest of
 * anything that labels go into, by which they could be tried until one fits.
 */
function manifestOf(there: Manifest, { files, account, episodes }: Copied): Manifest {
  const { about, pseudonyms, escapesFormulas, machines, kubernetes, untold, unread } = there;
  const { by, fractions, seed, hashed, embargo, stratify, attackFree, bounds, askedBounds, minimum } =
    there.split;
  const split = {
    ...{ by, fractions, embargo },
    ...(seed !== undefined && { seed }),
    ...(hashed !== undefined && { hashed }),
    ...(stratify !== undefined && { stratify }),
    ...(attackFree !== undefined && { attackFree }),
    ...(bounds !== undefined && { bounds }),
    ...(askedBounds !== undefined && { askedBounds }),
    ...(minimum !== undefined && { minimum }),
  };
  return manifestSchema.parse({
    schemaVersion: SCHEMA_VERSION,
    builder: `kubevigil-builder ${packageVersion()}`,
    ...(about !== undefined && { about }),
    configDigest: sha256(['hidden labels', there.configDigest]),
    entity: there.entity,
    ...(pseudonyms !== undefined && { pseudonyms }),
    ...{ prometheus: there.prometheus, format: there.format },
    ...(escapesFormulas !== undefined && { escapesFormulas }),
    ...{ start: there.start, end: there.end, watermark: there.watermark, step: there.step },
    ...{ window: there.window, freshness: there.freshness },
    ...{ scrapeInterval: there.scrapeInterval, delay: there.delay },
    columns: there.columns.map((column) => ({ ...column, nulls: account.nulls[column.name] ?? 0 })),
    ...(machines !== undefined && { machines }),
    ...(kubernetes !== undefined && { kubernetes }),
    ...(untold !== undefined && { untold }),
    ...(unread !== undefined && { unread }),
    files,
    labels: originsOf(there, episodes),
    conflicts: [],
    ...claimsOf(account),
    split: dividedOf(split, account),
    warnings: [
      hidden(there),
      ...there.warnings.filter(isOfReading),
      ...infiniteWarnings(there.columns, files),
      ...accountWarnings(account, split),
    ],
  });
}

/** @throws {BuilderError} for a dataset whose labels cannot be hidden */
function check(storage: Storage, there: Manifest | undefined): asserts there is Manifest {
  if (there === undefined)
    throw new BuilderError('output', `${storage.name} holds no dataset: there is no manifest.json`);
  if (there.joined !== undefined)
    throw new BuilderError(
      'output',
      `${storage.name} was joined: hide the labels of each lab's dataset, then join the copies`,
    );
  if (there.shard !== undefined)
    throw new BuilderError('output', `${storage.name} is a shard: merge it with the others first`);
  if (!there.split.rows['test'])
    throw new BuilderError(
      'data',
      `${storage.name} has no rows of the part test: there is nothing to judge by, and to hide`,
    );
}

/**
 * Writes a copy of a dataset in which rows of test, and of the embargo, have no labels, and a file with these.
 *
 * @param keyPath of the file, which only its owner can read; its lines are what `score --labels` takes
 * @throws {BuilderError} `output` when something is there already, or the dataset is none that can be copied; `damaged`
 */
export async function hideLabels(source: Storage, output: Storage, keyPath: string): Promise<Manifest> {
  const there = await readManifest(source);
  check(source, there);
  const otherwise = ({ path }: ManifestFile) =>
    new BuilderError(
      'damaged',
      `${source.nameOf(path)} is not the file that the manifest names: see kubevigil-builder verify`,
    );
  const places = placesOf(undefined);
  return output.alone(places, async (change) => {
    const [present] = await datasetFiles(output);
    if (present !== undefined)
      throw new BuilderError(
        'output',
        `${output.name} holds ${present}: choose another --output, or remove it`,
      );
    const key = LabelKey.create(
      keyPath,
      there.columns.map(({ name }) => name),
    );
    const accounts = new Accounts(parseDurationMs(there.step) ?? Number.NaN);
    const writer = new DatasetWriter({
      ...{ change, places, format: FORMATS[there.format] },
      columns: there.columns.map(({ name, type, unit }) => ({
        name,
        type,
        ...(unit !== undefined && { unit }),
      })),
      how: { escapesFormulas: there.escapesFormulas === true },
      bySplit: there.files.every(({ path }) => dataFile(path)?.split !== undefined),
    });
    const episodes = new Set<string>();
    try {
      for (const files of filesByDay(there.files)) {
        const date = dataFile(files[0]?.path ?? '')?.date ?? '';
        const tables: Table[] = [];
        for await (const table of tablesOfDay(source, files, there, otherwise)) {
          const isHidden = hiddenRows(table);
          key.add(table, isHidden);
          const copy = withoutLabels(table, isHidden);
          accounts.add(copy);
          for (const name of episodesOf(copy)) episodes.add(name);
          tables.push(copy);
        }
        const infinite = files.find((file) => file.infinite !== undefined)?.infinite;
        await writer.partition(date, tables, sha256(['hidden labels', date]), infinite);
      }
      const made = manifestOf(there, {
        files: writer.files,
        account: accounts.result(),
        episodes: episodes.size,
      });
      key.close();
      await writer.commit(made, []);
      return made;
    } catch (error) {
      key.remove();
      await change.discard();
      throw error;
    }
  });
}
