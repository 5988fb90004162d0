import type { Logger } from '../../common/log.ts';
import type { Progress } from '../../common/progress.ts';
import type { Places } from '../../dataset/model/file-names.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import type { Shard } from '../../dataset/model/shard.ts';
import type { Disk } from '../../dataset/storage/local/disk.ts';
import type { Change, Storage } from '../../dataset/storage/storage.ts';
import type { BuildConfig } from '../config/schema.ts';

/** What a run needs beside its configuration. */
export interface Surroundings {
  readonly disk?: Disk;
  readonly nowMs: number;
  readonly log: Logger;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** The dataset to make, and what of it there is. */
export interface Task {
  readonly config: BuildConfig;
  readonly storage: Storage;
  readonly places: Places;
  readonly change: Change;
  readonly shard: Shard | undefined;
  /** The dataset that is there, to be continued; undefined to make all of it. */
  readonly earlier: Manifest | undefined;
  /** The dataset that is there. */
  readonly there: Manifest | undefined;
}
