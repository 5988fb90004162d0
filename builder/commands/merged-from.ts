/** What went into a dataset that was merged of shards. */
import { createHash } from 'node:crypto';
import { BuilderError } from '../../common/errors.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';

export interface ShardManifest extends Manifest {
  readonly shard: NonNullable<Manifest['shard']>;
}

/**
 * What the shards came about by, each text once.
 *
 * @throws {BuilderError} `output` for two texts of one name
 */
export function provenanceOf(shards: readonly ShardManifest[]): Pick<Manifest, 'provenance'> {
  const all = new Map<string, NonNullable<Manifest['provenance']>[number]>();
  for (const { shard, provenance = [] } of shards)
    for (const text of provenance) {
      const other = all.get(text.name);
      if (other !== undefined && other.sha256 !== text.sha256)
        throw new BuilderError(
          'output',
          `provenance ${text.name} of shard ${shard.index} is another than that of a shard before: build one of them anew with the same file`,
        );
      all.set(text.name, text);
    }
  return all.size === 0 ? {} : { provenance: [...all.values()] };
}

/** The shards as they were. */
export function mergedOf(shards: readonly ShardManifest[]): Manifest['merged'] {
  return shards.map(({ shard, rows, rowsDigest, files }) => ({
    ...{ index: shard.index, rows, rowsDigest },
    sha256: createHash('sha256')
      .update(files.map((file) => `${file.sha256}  ${file.path}\n`).join(''))
      .digest('hex'),
  }));
}
