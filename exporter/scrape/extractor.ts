import { SourceError } from '../base/errors.ts';
import type { MetricGroup } from '../catalogue/model/define.ts';
import type { Sample } from '../catalogue/model/sample.ts';
import type { NodeView } from '../owners/node-view.ts';
import type { Services } from './services.ts';

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
  /** Whether it finds matches of rules only when it looks: then it looks now and then when nobody scrapes, so that records go on. */
  readonly findsMatches?: boolean;
  /** Called once, before the first scrape. */
  open?(services: Services): State | Promise<State>;
  /**
   * The samples of this moment. A source that this kernel does not have is left out, never zero.
   *
   * @throws {SourceError} when nothing could be read; `absent` is no failure
   */
  extract(host: NodeView, state: State): Extraction | readonly Sample[] | Promise<Extraction>;
  /** Called once, after the last scrape. */
  close?(state: State): void | Promise<void>;
}
