import { SourceError } from '../base/errors.ts';
import type {
  Attribution,
  LabelValues,
  MetricGroup,
  MetricSpec,
  ValueOf,
} from '../catalogue/model/define.ts';
import type { Host } from '../host/host.ts';
import type { Services } from './services.ts';

/** One value of one series, before rendering. */
export interface Sample {
  readonly metric: MetricSpec;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

type AttributionOf<A extends Attribution | undefined> = A extends 'container'
  ? { readonly namespace: string; readonly pod: string; readonly container: string }
  : A extends 'pod'
    ? { readonly namespace: string; readonly pod: string }
    : unknown;

type LabelsOf<M extends MetricSpec> = {
  readonly [K in keyof M['labels']]: ValueOf<M['labels'][K] & LabelValues>;
} & AttributionOf<M['attribution']>;

/** A sample of a metric; a label that it does not declare, or a missing one, does not compile. */
export function sample<M extends MetricSpec>(
  metric: M,
  value: number,
  ...labels: keyof LabelsOf<M> extends never ? [] : [labels: LabelsOf<M>]
): Sample {
  return { metric, value, labels: (labels[0] ?? {}) as Readonly<Record<string, string>> };
}

/**
 * What an extractor got, and what it could not get.
 *
 * An error that is `absent` says that this kernel does not have the source; any other makes the extractor fail,
 * with the samples exposed all the same.
 */
export interface Extraction {
  readonly samples: readonly Sample[];
  readonly errors: readonly SourceError[];
}

/** Reads one part after the other; a part that throws {@link SourceError} does not take the others down. */
export function extractEach<T>(parts: Iterable<T>, extract: (part: T) => readonly Sample[]): Extraction {
  const samples: Sample[] = [];
  const errors: SourceError[] = [];
  for (const part of parts) {
    try {
      samples.push(...extract(part));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      errors.push(error);
    }
  }
  return { samples, errors };
}

/**
 * Reads one source and turns it into samples.
 *
 * `State` is what it remembers between scrapes; an extractor that remembers nothing has no `open`.
 */
export interface Extractor<State = undefined> {
  /** As in `--no-extractor.<name>` and the label `extractor`. */
  readonly name: string;
  readonly metrics: MetricGroup;
  /** Called once, before the first scrape. */
  open?(services: Services): State | Promise<State>;
  /**
   * The samples of this moment. A source that this kernel does not have is left out, never zero.
   *
   * @throws {SourceError} when nothing could be read; `absent` is no failure
   */
  extract(host: Host, state: State): Extraction | readonly Sample[] | Promise<Extraction>;
  /** Called once, after the last scrape. */
  close?(state: State): void | Promise<void>;
}
