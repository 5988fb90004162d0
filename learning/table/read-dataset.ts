import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { tablesOfDataset } from '../../dataset/folder/dataset-rows.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { openStorage } from '../../dataset/storage/open.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { RowsByNode } from './rows-by-node.ts';
import type { Dataset } from './series.ts';

/** Numbers of a dataset that are held at once: 800 MB. */
const MOST_VALUES = 100_000_000;

/** The rows of a dataset, with what its manifest says. */
export interface ReadDataset extends Dataset {
  readonly manifest: Manifest;
}

/**
 * Reads a dataset that kubevigil-builder has written; only what its manifest names, each file by its hash.
 *
 * @param place as messages name it
 * @param withFeatures whether the features are wanted, or what is known of the rows alone
 * @throws {BuilderError} `data` when there is none, or too much
 * @throws {BuilderError} `damaged` when files are not what the manifest says
 */
export async function readRows(storage: Storage, place: string, withFeatures = true): Promise<ReadDataset> {
  const manifest = await readManifest(storage);
  if (manifest === undefined)
    throw new BuilderError('data', `${place} holds no dataset: make one with kubevigil-builder build`);
  const features = manifest.columns.filter(({ type }) => type === 'double');
  const columns = (withFeatures ? features : []).map(({ name, unit, metric }) => ({ name, unit, metric }));
  if (manifest.rows * Math.max(1, columns.length) > MOST_VALUES)
    throw new BuilderError(
      'data',
      `${place} has ${manifest.rows} rows of ${columns.length} features, more than fit into memory: build one of a shorter time, or of fewer columns`,
    );
  const rows = new RowsByNode(withFeatures);
  const otherwise = ({ path }: { readonly path: string }) =>
    new BuilderError(
      'damaged',
      `${storage.nameOf(path)} is not the file that the manifest names: see kubevigil-builder verify`,
    );
  for await (const table of tablesOfDataset(storage, manifest, otherwise)) rows.add(table);
  return {
    name: place,
    stepMs: parseDurationMs(manifest.step) as number,
    columns,
    series: rows.series(),
    rowsDigest: manifest.rowsDigest,
    manifest,
  };
}

/**
 * The same of a place that needs no configuration to be reached.
 *
 * @param place a folder, or `s3://bucket/prefix`
 */
export async function readDataset(place: string): Promise<Dataset> {
  const { manifest: _, ...dataset } = await readRows(await openStorage(place), place);
  return dataset;
}
