import { BuilderError } from '../../common/errors.ts';
import type { SampleTally } from '../samples/sample-tally.ts';

/** How much one answer may bring. */
export interface Bounds {
  readonly mostSeries: number;
  readonly mostSamples: number;
}

/** Labels of more characters than this count as several series: it is memory that is bounded. */
const LABELS_OF_A_SERIES = 4_096;

/** Counts what an answer brings while it comes, and ends the reading when that is more than there may be. */
export class Tally implements SampleTally {
  readonly #bounds: Bounds;
  readonly #asked: string;
  #series = 0;
  /** Samples of the series that are done, and of the one that is being read. */
  #done = 0;
  #current = 0;

  /** @param asked what was asked for, as PromQL writes it */
  constructor(bounds: Bounds, asked: string) {
    this.#bounds = bounds;
    this.#asked = asked;
  }

  /**
   * @throws {BuilderError} `data`
   */
  begin(labelCharacters: number): void {
    this.#series += 1 + Math.floor(labelCharacters / LABELS_OF_A_SERIES);
    this.#done += this.#current;
    this.#current = 0;
    this.check(this.#series, this.#done);
  }

  /**
   * @throws {BuilderError} `data`
   */
  has(samples: number): void {
    this.#current = samples;
    this.check(this.#series, this.#done + samples);
  }

  /**
   * What several answers have brought together.
   *
   * @throws {BuilderError} `data`
   */
  check(series: number, samples: number): void {
    if (series > this.#bounds.mostSeries) throw this.#tooMuch('series', 'mostSeries');
    if (samples > this.#bounds.mostSamples) throw this.#tooMuch('samples', 'mostSamples');
  }

  #tooMuch(what: string, key: keyof Bounds): BuilderError {
    return new BuilderError(
      'data',
      `${this.#asked} has more than ${this.#bounds[key]} ${what}: narrow it by selector in the config, or take --shard or a shorter time; if this machine has the memory, raise prometheus.${key}`,
    );
  }
}
