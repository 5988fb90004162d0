import { BuilderError } from '../../common/errors.ts';
import { parseTime } from '../../common/times.ts';
import { checkShards, manifestThere } from '../../dataset/folder/existing.ts';
import { dataFile, placesOf } from '../../dataset/model/file-names.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { Shard } from '../../dataset/model/shard.ts';
import { openStorage } from '../../dataset/storage/open.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { MS_PER_DAY } from '../config/range.ts';
import type { BuildConfig } from '../config/schema.ts';
import { make } from '../run/make.ts';
import type { Surroundings } from '../run/task.ts';

function checkAbsolute({ start, end }: BuildConfig): void {
  const absolute = (text: string | undefined) =>
    text !== undefined && parseTime(text, 0) === parseTime(text, MS_PER_DAY);
  if (absolute(start) && absolute(end)) return;
  throw new BuilderError(
    'config',
    '--shard needs --start and --end, both absolute, so that all shards are of the same time',
  );
}

/**
 * Builds a dataset: plan, then for each UTC day fetch, align, label, split and write, then the manifest. Memory
 * depends on a day, not on the range. When anything fails the output folder is as it was.
 *
 * @param shard makes that part of the dataset only, to be joined with the others by `merge`
 * @throws {BuilderError}
 */
export async function build(
  config: BuildConfig,
  surroundings: Surroundings,
  shard?: Shard,
): Promise<Manifest> {
  const places = placesOf(shard);
  if (shard !== undefined) checkAbsolute(config);
  const storage = await openStorage(config.output, config, surroundings.disk);
  return storage.alone(places, async (change) => {
    const there = await manifestThere(storage, places);
    if (shard !== undefined) await checkShards(storage, shard);
    return make({ config, storage, places, change, shard, there, earlier: undefined }, surroundings);
  });
}

/**
 * Continues the dataset that is in the output folder to the last step that is complete; builds it when there is none.
 * Days that are over stay as they are, unless their labels or splits have become others. However many updates there
 * were, the dataset is the same, byte for byte, as if it had been built at once.
 *
 * @throws {BuilderError} `data` when Prometheus has not kept the samples since the last update
 */
export async function update(config: BuildConfig, surroundings: Surroundings): Promise<Manifest> {
  const places = placesOf(undefined);
  const storage = await openStorage(config.output, config, surroundings.disk);
  return storage.alone(places, async (change) => {
    const there = await manifestThere(storage, places);
    if (there !== undefined) refuseShards(storage, there);
    return make({ config, storage, places, change, shard: undefined, there, earlier: there }, surroundings);
  });
}

/** A day's file is one file here: what several runs have written, several runs would have to continue. */
function refuseShards({ name }: Storage, { files }: Manifest): void {
  const shard = files.find(({ path }) => dataFile(path)?.part !== 0);
  if (shard === undefined) return;
  throw new BuilderError(
    'output',
    `${name} was merged from shards (${shard.path}) and cannot be continued: build its shards for the whole time, then merge them`,
  );
}
