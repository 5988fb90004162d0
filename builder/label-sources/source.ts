/** What a source of labels is: all that the builder knows of one kind is in one object. */
import type { z } from 'zod';
import type { Ms } from '../../common/ms.ts';
import type { NameKind, Pseudonyms } from '../names/pseudonyms.ts';
import type { TextKind } from '../names/told-names.ts';
import type { SampleSource } from '../samples/series.ts';
import type { LabelSet } from './label-set.ts';

/** The time for which labels are wanted, and what can still be known of it. */
export interface LabelTimes {
  /** First moment in which an episode can matter to a row. */
  readonly fromMs: Ms;
  /** The last row. */
  readonly lastMs: Ms;
  readonly nowMs: Ms;
  readonly freshnessMs: number;
}

/** Where and for which time to look for labels. */
export interface LabelQuery {
  readonly samples: SampleSource;
  readonly times: LabelTimes;
  readonly stepMs: Ms;
}

/** Reads a source's labels by now. */
type ReadLabels = (query: LabelQuery) => LabelSet | Promise<LabelSet>;

/** A source that is open: what could be read at once has been. */
export interface OpenLabels {
  /** For a build: all labels of the time. */
  readonly read: ReadLabels;
  /** For a stream, asked at each step: the same set as before while nothing has changed, and episodes keep their names. */
  readonly watch: ReadLabels;
}

/** What an open source needs beside its own configuration. */
interface LabelSurroundings {
  /** The label that has the cluster of a row, where the source names no other. */
  readonly clusterLabel: string;
  readonly pseudonyms?: Pseudonyms | undefined;
}

/** A source by its configuration. */
export interface ConfiguredSource {
  /** What a dataset's digest has of it: the same wherever the dataset is built. */
  readonly identity: unknown;
  /** Expressions of PromQL that it evaluates, by their keys in the configuration. */
  readonly expressions: readonly { readonly key: string; readonly promql: string }[];
  /** Labels whose values are names of nodes, namespaces or pods. */
  readonly namedBy: ReadonlyMap<string, NameKind>;
  /** Labels whose values become names of scenarios. */
  readonly scenarioLabels: readonly string[];
  /**
   * Opens the source. What is wrong with a file shows at once, before anything is asked of a server.
   *
   * @throws {BuilderError} `labels`
   */
  open(surroundings: LabelSurroundings): OpenLabels;
}

/** A kind of label source. To add one, add a file to `kinds/` and run `npm run generate`. */
export interface LabelSource<Schema extends z.ZodType = z.ZodType> {
  /** Tells sources apart: the key that an entry of `labels` in the configuration has, and `kind` in the manifest. */
  readonly kind: string;
  /** Of an entry of `labels`. */
  readonly schema: Schema;
  /** Whether it can be read again at any time; else a day's labels are asked for again for a day only, as Prometheus forgets. */
  readonly isKept: boolean;
  /** What the texts are that its entry in the manifest shows, by their keys there. */
  readonly shown: Readonly<Record<string, TextKind>>;
  /** The entry with paths made absolute. */
  absolute(config: z.output<Schema>, resolve: (path: string) => string): z.output<Schema>;
  configure(config: z.output<Schema>): ConfiguredSource;
}

/** Lets a source's schema decide the type of its configuration. */
export function labelSource<Schema extends z.ZodType>(source: LabelSource<Schema>): LabelSource<Schema> {
  return source;
}
