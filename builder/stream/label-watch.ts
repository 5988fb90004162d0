import { statSync } from 'node:fs';
import { groupBy } from '../../common/collections.ts';
import { BuilderError, messageOf } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import { type Ms, wholeMs } from '../../common/ms.ts';
import type { Episode } from '../../dataset/episodes/episodes.ts';
import type { PromqlLabels } from '../config/schema.ts';
import { fileLabels } from '../labels/file.ts';
import { joinSources } from '../labels/merge-sources.ts';
import { type LabelTimes, metricLabels } from '../labels/metric.ts';
import type { LabelSet } from '../labels/model.ts';
import { promqlLabels } from '../labels/promql.ts';
import type { Clustered, LabelSource } from '../labels/sources.ts';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.ts';
import type { SampleSource } from '../samples/series.ts';

/** Where and for which time to look for labels that are in Prometheus. */
export interface LabelQuery {
  readonly samples: SampleSource;
  readonly times: LabelTimes;
  readonly stepMs: Ms;
  /**
   * Holds what all sources say against the rows that there are.
   *
   * @throws {BuilderError} `labels`
   */
  readonly check: (episodes: readonly Episode[]) => void;
}

/** Reads what a source says by now; the same set as before while nothing has changed. */
type Read = (query: LabelQuery) => LabelSet | Promise<LabelSet>;

/** What changes when a file is written again; empty while there is none. */
function stamp(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
}

/** An episodes file, read now and then whenever it has changed. */
function fileReader(path: string, pseudonyms: Pseudonyms | undefined): Read {
  // Taken before the file is read: a change in between is then seen the next time.
  let seen = stamp(path);
  let set = fileLabels(path, pseudonyms);
  return () => {
    const now = stamp(path);
    if (now === seen && now !== '') return set;
    set = fileLabels(path, pseudonyms);
    seen = now;
    return set;
  };
}

/** What an episode of an expression is about. */
function aboutOf({ scenario, cluster, node, namespace, pod }: Episode): string {
  return JSON.stringify([scenario, cluster, node, namespace, pod]);
}

/** The episodes, each by the name under which it is known if it began before the first step that was asked for. */
function continued(
  episodes: readonly Episode[],
  known: readonly Episode[],
  { firstMs, stepMs }: { readonly firstMs: number; readonly stepMs: number },
): Episode[] {
  const still = groupBy(
    known.filter(({ endMs }) => endMs >= firstMs - stepMs),
    aboutOf,
  );
  return episodes.map((episode) => {
    if (episode.startMs > firstMs - stepMs + 1) return episode;
    const begun = still.get(aboutOf(episode))?.find(({ startMs }) => startMs < episode.startMs);
    return begun === undefined ? episode : { ...episode, episode: begun.episode, startMs: begun.startMs };
  });
}

/**
 * An expression, evaluated again at the steps whose rows can still change, as a build would that begins with the
 * stream: what goes on for longer than that is remembered.
 */
function promqlReader(config: Clustered<PromqlLabels>): Read {
  let known: readonly Episode[] = [];
  return async ({ samples, times: { fromMs, lastMs, freshnessMs }, stepMs }) => {
    const firstMs = wholeMs((Math.floor((fromMs + freshnessMs) / stepMs) + 1) * stepMs);
    const set = await promqlLabels(config, samples, { firstMs, lastMs, stepMs });
    known = continued(set.episodes, known, { firstMs, stepMs });
    return { ...set, episodes: known };
  };
}

function readerOf(source: LabelSource, pseudonyms: Pseudonyms | undefined): Read {
  if ('episodes' in source) return fileReader(source.episodes, pseudonyms);
  if ('metric' in source) return ({ samples, times }) => metricLabels(source.metric, samples, times);
  return promqlReader(source);
}

/** The label sources, looked at again with each step: episodes are written down when they are over. */
export class LabelWatch {
  readonly #readers: readonly Read[] | undefined;
  readonly #log: Logger;
  readonly #warned = new Set<string>();
  #episodes: readonly Episode[] | undefined;
  /** What each source said when it was last taken. */
  #sets: readonly LabelSet[] = [];
  #readable = true;

  /**
   * @param sources undefined when there is no label source
   * @throws {BuilderError} `labels`, when a file cannot be read now
   */
  constructor(sources: readonly LabelSource[] | undefined, log: Logger, pseudonyms?: Pseudonyms) {
    this.#readers = sources?.map((source) => readerOf(source, pseudonyms));
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
  async refresh(query: LabelQuery): Promise<boolean> {
    if (this.#readers === undefined) return false;
    try {
      const sets: LabelSet[] = [];
      for (const read of this.#readers) sets.push(await read(query));
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

  #take(read: readonly LabelSet[], { check, stepMs }: LabelQuery): boolean {
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
