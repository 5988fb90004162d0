/** report.html: a dataset to look at, before anybody trusts it. */

import { compare } from '../../common/collections.ts';
import { parseDurationMs } from '../../common/duration.ts';
import { BuilderError } from '../../common/errors.ts';
import { tablesOfDataset } from '../../dataset/folder/dataset-rows.ts';
import { entitiesOf } from '../../dataset/model/entity.ts';
import { MANIFEST, REPORT } from '../../dataset/model/file-names.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { numbers, type Table } from '../../dataset/model/table.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { Bins } from './bins.ts';
import { scenariosOf } from './classes.ts';
import { type Collected, Collector, keyOf, type NodeName } from './collect.ts';
import { page } from './page.ts';
import { timeTicks } from './time-axis.ts';
import { featuresOf } from './view.ts';

/** Nodes shown over time, and of those the ones whose features are drawn: a page that somebody can still scroll through. */
const MOST_LANES = 40;
const MOST_DRAWN = 6;

const FEW_TICKS = 5;

/**
 * The rows of files that are what the manifest says: a report must not show anything else.
 *
 * @throws {BuilderError} `damaged`
 */
function rowsOf(storage: Storage, manifest: Manifest): AsyncGenerator<Table> {
  return tablesOfDataset(storage, manifest, ({ path }) => {
    const message = `${storage.nameOf(path)}: is not what the manifest says: verify the dataset`;
    return new BuilderError('damaged', message);
  });
}

async function attackRows(storage: Storage, manifest: Manifest): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const table of rowsOf(storage, manifest)) {
    const anomaly = numbers(table, 'anomaly');
    entitiesOf(table).forEach((entity, row) => {
      if (anomaly[row] !== 1) return;
      const key = keyOf(entity);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
  }
  return counts;
}

/** All nodes when there are few, else those with most attack rows, then most gaps; those first that matter most. */
async function rankedNodes(storage: Storage, manifest: Manifest): Promise<NodeName[]> {
  const { entities, gaps } = manifest;
  if (entities.length <= MOST_DRAWN) return entities;
  const attacks = await attackRows(storage, manifest);
  const missing = new Map<string, number>();
  for (const gap of gaps) missing.set(keyOf(gap), (missing.get(keyOf(gap)) ?? 0) + gap.steps);
  const rank = (of: ReadonlyMap<string, number>, node: NodeName) => of.get(keyOf(node)) ?? 0;
  return [...entities]
    .sort(
      (a, b) =>
        rank(attacks, b) - rank(attacks, a) ||
        rank(missing, b) - rank(missing, a) ||
        compare(keyOf(a), keyOf(b)),
    )
    .slice(0, MOST_LANES);
}

/** The document for a dataset. */
async function render(storage: Storage, manifest: Manifest): Promise<string> {
  const stepMs = parseDurationMs(manifest.step);
  if (stepMs === undefined) {
    throw new BuilderError('damaged', `${storage.nameOf(MANIFEST)}: step ${manifest.step} is no duration`);
  }
  const starts = manifest.files.map(({ start }) => Date.parse(start));
  const ends = manifest.files.map(({ end }) => Date.parse(end));
  const bins = new Bins(Math.min(...starts), Math.max(...ends), stepMs);
  const scenarios = scenariosOf(manifest);
  const ranked = (await rankedNodes(storage, manifest)).map(keyOf);
  const shown = new Set(ranked);
  const collector = new Collector({
    bins,
    scenarios,
    features: featuresOf(manifest).map(({ name }) => name),
    lanes: manifest.entities.filter((node) => shown.has(keyOf(node))),
    drawn: new Set(ranked.slice(0, MOST_DRAWN)),
  });
  for await (const table of rowsOf(storage, manifest)) collector.add(table);
  const collected: Collected = collector.result();
  return page({ manifest, bins, scenarios, collected, ticks: timeTicks(bins, FEW_TICKS) });
}

/**
 * Writes report.html to where a dataset is: one file that loads nothing else; the same dataset gives the same bytes.
 * Memory does not depend on how many rows there are.
 *
 * @returns where it is
 * @throws {BuilderError} `output` when there is no dataset or it cannot be written, `damaged`
 */
export async function writeReport(storage: Storage): Promise<string> {
  const manifest = await readManifest(storage);
  if (manifest === undefined) {
    throw new BuilderError('output', `${storage.name} holds no dataset: there is no ${MANIFEST}`);
  }
  await storage.write(REPORT, await render(storage, manifest));
  return storage.nameOf(REPORT);
}
