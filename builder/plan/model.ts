import type { Ms } from '../../common/ms.ts';
import type { FeatureColumn, Partition } from '../../dataset/model/rows.ts';
import type { Shard } from '../../dataset/model/shard.ts';
import type { BuildConfig } from '../config/schema.ts';
import type { Pseudonyms } from '../names/pseudonyms.ts';
import type { ServerKind } from '../prometheus/server-kind.ts';
import type { Matcher } from '../samples/series.ts';

/** All that a run has decided before it reads the first sample. */
export interface Plan {
  readonly config: BuildConfig;
  /** First and last row's time, multiples of the step. */
  readonly firstMs: Ms;
  readonly lastMs: Ms;
  readonly stepMs: Ms;
  readonly scrapeIntervalMs: Ms;
  /** A sample counts as current for so long. */
  readonly freshnessMs: Ms;
  readonly delayMs: Ms;
  readonly columns: readonly FeatureColumn[];
  readonly longestWindowMs: Ms;
  /** How far back of a row samples can matter, births included. */
  readonly leadInMs: Ms;
  /** All UTC days that have rows, those included that an update finds written already. */
  readonly days: readonly Partition[];
  /** The days, or the parts of them, whose rows are made of samples. */
  readonly partitions: readonly Partition[];
  /** What series have to fit beside the configuration's selector: that they belong to the shard. */
  readonly shardMatchers: readonly Matcher[];
  readonly shard: Shard | undefined;
  /** What the names of nodes and pods are replaced by, in all that is read. */
  readonly pseudonyms?: Pseudonyms | undefined;
  /** Whether a split by node goes by their names alone, as it was begun, whatever their clusters are. */
  readonly splitsByNameAlone: boolean;
  /** The scrape jobs that the columns' series come from. */
  readonly jobs: readonly string[];
  readonly server: ServerKind;
  /** Names this dataset among others: of what was asked for, not of what came out. */
  readonly configDigest: string;
  readonly warnings: readonly string[];
}

/** What stands fixed about a dataset that is continued. */
export interface Continued {
  readonly firstMs: number;
  /** Its last row's time. */
  readonly watermarkMs: number;
  readonly jobs: readonly string[];
  /** Of a split by time. */
  readonly askedBounds: readonly [string, string] | undefined;
  /** Of a split by node that was begun when the clusters of nodes did not count yet. */
  readonly splitsByNameAlone: boolean;
}

/** What a run is besides a build of everything. */
export interface Scope {
  readonly continued?: Continued | undefined;
  readonly shard?: Shard | undefined;
  readonly pseudonyms?: Pseudonyms | undefined;
}
