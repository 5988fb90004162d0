import { BuilderError, messageOf } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import type { LabelSet } from '../label-sources/label-set.ts';
import type { LabelQuery, OpenLabels } from '../label-sources/source.ts';
import { joinSources } from '../labels/merge-sources.ts';

/** A query of a stream, with the rows that there are. */
export interface CheckedQuery extends LabelQuery {
  /**
   * Holds what all sources say against the rows that there are.
   *
   * @throws {BuilderError} `labels`
   */
  readonly check: (episodes: readonly Episode[]) => void;
}

/** The label sources, looked at again with each step: episodes are written down when they are over. */
export class LabelWatch {
  readonly #sources: readonly OpenLabels[] | undefined;
  readonly #log: Logger;
  readonly #warned = new Set<string>();
  #episodes: readonly Episode[] | undefined;
  /** What each source said when it was last taken. */
  #sets: readonly LabelSet[] = [];
  #readable = true;

  /** @param sources undefined when there is no label source */
  constructor(sources: readonly OpenLabels[] | undefined, log: Logger) {
    this.#sources = sources;
    this.#episodes = sources && [];
    this.#log = log;
  }

  /** All episodes; undefined when there is no label source. */
  get episodes(): readonly Episode[] | undefined {
    return this.#episodes;
  }

  /** Whether the sources could be read last time; until they can be again, what they said before stands. */
  get readable(): boolean {
    return this.#readable;
  }

  /** Reads the sources again, and tells whether they say something else than before. */
  async refresh(query: CheckedQuery): Promise<boolean> {
    if (this.#sources === undefined) return false;
    try {
      const sets: LabelSet[] = [];
      for (const { watch } of this.#sources) sets.push(await watch(query));
      const changed = this.#take(sets, query);
      if (!this.#readable) this.#log.info('the label sources can be read again');
      this.#readable = true;
      return changed;
    } catch (error) {
      if (!(error instanceof BuilderError)) throw error;
      // A file is just being written, or Prometheus is away: said once, and tried again with the next step.
      if (this.#readable) this.#log.warn('labels stay as they are', { error: messageOf(error) });
      this.#readable = false;
      return false;
    }
  }

  #take(read: readonly LabelSet[], { check, stepMs }: CheckedQuery): boolean {
    if (this.#episodes !== undefined && read.every((set, i) => set === this.#sets[i])) {
      check(this.#episodes);
      return false;
    }
    const sets = joinSources(read, stepMs);
    for (const warning of sets.flatMap(({ warnings }) => warnings)) {
      if (!this.#warned.has(warning)) this.#log.warn(warning);
      this.#warned.add(warning);
    }
    const episodes = sets.flatMap((set) => set.episodes);
    check(episodes);
    const changed = JSON.stringify(episodes) !== JSON.stringify(this.#episodes);
    this.#episodes = episodes;
    this.#sets = read;
    return changed;
  }
}
