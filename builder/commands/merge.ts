/** Joins the shards of a dataset, which several runs have written to one place. */
import { isDeepStrictEqual } from 'node:util';
import { compare } from '../../common/collections.ts';
import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { tablesOfDataset } from '../../dataset/folder/dataset-rows.ts';
import { datasetFiles } from '../../dataset/folder/existing.ts';
import { metadataOf } from '../../dataset/metadata/metadata.ts';
import {
  type DataFile,
  dataFile,
  isShardManifest,
  MANIFEST,
  placesOf,
  REPORT,
} from '../../dataset/model/file-names.ts';
import { infiniteWarnings } from '../../dataset/model/infinite.ts';
import { type Manifest, type ManifestFile, manifestSchema } from '../../dataset/model/manifest.ts';
import { SPLITS } from '../../dataset/model/rows.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { Accounts } from '../../dataset/summary/accounts.ts';
import { hashedIn, splitsByNameAlone } from '../splits/by-node.ts';
import { accountWarnings, checkStrict, claimsOf, dividedOf } from '../stages/manifest.ts';
import { NodeFacts } from '../stages/node-facts.ts';
import { mergedOf, provenanceOf, type ShardManifest } from './merged-from.ts';

/** Missing shards that a message names. */
const SHOWN_SHARDS = 20;

/** What all shards must have been asked for, and have found, alike. */
const ALIKE = [
  ...[
    'builder',
    'configDigest',
    'about',
    'entity',
    'pseudonyms',
    'format',
    'escapesFormulas',
    'start',
    'end',
    'step',
    'window',
    'freshness',
  ],
  ...['scrapeInterval', 'delay', 'labels', 'conflicts'],
] as const;

function outputError(message: string): BuilderError {
  return new BuilderError('output', message);
}

function nodeNames({ entities }: Manifest): string[] {
  return entities.map(({ cluster, node }) => (cluster === null ? node : `${cluster}/${node}`));
}

/** Refuses shards that are no parts of one dataset. */
function checkAlike(first: ShardManifest, other: ShardManifest): void {
  const pair = `shards ${first.shard.index} and ${other.shard.index}`;
  // What is hashed of nodes is told where there are nodes in clusters.
  const splitOf = ({ split }: Manifest) => {
    const { rows: _, classBalance: __, hashed: ___, normalRows: ____, benignRows: _____, ...rest } = split;
    const { lacks: ______, ...alike } = rest;
    return alike;
  };
  const different =
    ALIKE.find((key) => !isDeepStrictEqual(first[key as keyof Manifest], other[key as keyof Manifest])) ??
    (isDeepStrictEqual(splitOf(first), splitOf(other)) ? undefined : 'split');
  if (different !== undefined)
    throw outputError(
      `${pair} are of different datasets: ${different} is not the same; build one of them anew`,
    );
  const hasClusters = ({ entities }: Manifest) => entities.some(({ cluster }) => cluster !== null);
  if (hasClusters(first) && hasClusters(other) && splitsByNameAlone(first) !== splitsByNameAlone(other))
    throw outputError(`${pair} are of different versions: one splits nodes by name alone; build it anew`);
  const twice = nodeNames(other).find((name) => nodeNames(first).includes(name));
  if (twice !== undefined) throw outputError(`${pair} both hold node ${twice}`);
}

/** The shards' manifests in order, all of them there. */
async function readShards(storage: Storage): Promise<ShardManifest[]> {
  const { name: folder } = storage;
  const files = (await datasetFiles(storage)).filter(isShardManifest);
  const read = await Promise.all(files.map((file) => readManifest(storage, file)));
  const shards = read
    .flatMap((manifest) => (manifest?.shard === undefined ? [] : { ...manifest, shard: manifest.shard }))
    .sort((a, b) => a.shard.index - b.shard.index);
  const [first] = shards;
  if (first === undefined)
    throw outputError(`${folder} holds no shards: build them with --shard 0/n and so on`);
  const { count } = first.shard;
  const other = shards.find(({ shard }) => shard.count !== count);
  if (other !== undefined)
    throw outputError(`${folder} holds shards of ${count} and of ${other.shard.count}: remove one kind`);
  const missing = Array.from({ length: count }, (_, i) => i).filter(
    (index) => !shards.some(({ shard }) => shard.index === index),
  );
  if (missing.length > 0) {
    const shown = missing.slice(0, SHOWN_SHARDS).map((i) => `${i}/${count}`);
    const more = missing.length > SHOWN_SHARDS ? ` and ${missing.length - SHOWN_SHARDS} more` : '';
    throw outputError(`${folder}: not all shards are there: missing ${shown.join(', ')}${more}`);
  }
  shards.forEach((one, i) => void shards.slice(i + 1).forEach((two) => void checkAlike(one, two)));
  return shards;
}

/** As one run would have them: by day, then by the shard that wrote them, then by part of the split. */
function inOneOrder(a: ManifestFile, b: ManifestFile): number {
  const [one, other] = [a, b].map(({ path }) => dataFile(path));
  if (one === undefined || other === undefined) return 0;
  const place = ({ split }: DataFile) => (split === undefined ? -1 : SPLITS.indexOf(split));
  return compare(one.date, other.date) || one.part - other.part || place(one) - place(other);
}

/** Reads all rows, as they stand in the files that the shards' manifests name. */
async function accountOf(storage: Storage, files: readonly ManifestFile[], first: Manifest) {
  const accounts = new Accounts(parseDurationMs(first.step) ?? Number.NaN);
  const otherwise = ({ path }: ManifestFile) =>
    new BuilderError(
      'damaged',
      `${storage.nameOf(path)} is not the file that its shard's manifest names: build the shard anew`,
    );
  for await (const table of tablesOfDataset(storage, { ...first, files: [...files] }, otherwise))
    accounts.add(table);
  return accounts.result();
}

/**
 * Joins all shards in a place to one dataset, whose manifest takes the place of theirs. The rows stay where they are;
 * all that is said of them is what one run would have said.
 *
 * @throws {BuilderError} `output` when shards are missing or are not of one dataset
 */
export async function merge(storage: Storage): Promise<Manifest> {
  return storage.alone(placesOf(undefined), async (change) => {
    const shards = await readShards(storage);
    const [first] = shards as [ShardManifest];
    const files = shards.flatMap((shard) => shard.files).sort(inOneOrder);
    const account = await accountOf(storage, files, first);
    if (account.rows === 0) throw new BuilderError('data', `${storage.name}: no shard has any row`);
    const { shard: _, provenance: __, ...common } = first;
    const facts = new NodeFacts({ nodeLabel: 'node', clusterLabel: 'cluster' });
    for (const shard of shards) facts.join(shard);
    const staleMarkers = shards.every(({ prometheus }) => prometheus.staleMarkers);
    const allChunks = shards.every(({ prometheus }) => prometheus.reading === 'remote-read');
    const manifest = manifestSchema.parse({
      ...common,
      prometheus: {
        ...first.prometheus,
        staleMarkers,
        reading: allChunks ? 'remote-read' : 'range-selectors',
      },
      columns: first.columns.map((column) => ({ ...column, nulls: account.nulls[column.name] ?? 0 })),
      files,
      merged: mergedOf(shards),
      ...provenanceOf(shards),
      ...facts.result(account.entities, parseDurationMs(first.step) ?? Number.NaN),
      ...claimsOf(account),
      split: dividedOf(
        { ...first.split, ...hashedIn(first.split, account.entities, shards.some(splitsByNameAlone)) },
        account,
      ),
      warnings: [
        ...new Set(shards.flatMap(({ warnings }) => warnings)),
        ...infiniteWarnings(first.columns, files),
        ...accountWarnings(account, first.split),
      ],
    });
    checkStrict(manifest);
    const last = { path: MANIFEST, text: `${JSON.stringify(manifest, null, 2)}\n` };
    const remove = [REPORT, ...shards.map(({ shard }) => placesOf(shard).manifest)];
    await change.commit([...metadataOf(manifest), last], remove);
    return manifest;
  });
}
