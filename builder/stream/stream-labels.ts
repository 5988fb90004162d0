import type { Logger } from '../../common/log.ts';
import { type Ms, wholeMs } from '../../common/ms.ts';
import { formatTime } from '../../common/times.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import type { FeatureColumn, LabelledRows, NodeRows, Split } from '../../dataset/model/rows.ts';
import { type Table, tableOf } from '../../dataset/model/table.ts';
import { checkHomes, episodesByNode, Homes } from '../labels/homes.ts';
import { type Labeller, labeller } from '../labels/label-rows.ts';
import { checkEpisodes } from '../names/pseudonyms.ts';
import type { Plan } from '../plan/model.ts';
import type { SampleSource } from '../samples/series.ts';
import type { Splitter } from '../splits/model.ts';
import type { LabelWatch } from './label-watch.ts';
import { Pending, type Said } from './pending.ts';
import type { GapRecord, LabelRecord } from './records.ts';

export interface StreamLabelsOptions {
  readonly labels: LabelWatch;
  /** Where labels that are in Prometheus are read. */
  readonly samples: () => SampleSource;
  /** How long after a row labels can still change. */
  readonly labelDelayMs: number;
  readonly plan: Plan;
  readonly splitFor: (episodes: readonly Episode[]) => Splitter | undefined;
  readonly onLateEpisode: () => void;
  readonly log: Logger;
}

/** While labels cannot be read, rows wait for so many label delays before they are given up. */
const MOST_DELAYS = 4;

/** An episode as it is known by, wherever it stands and however long it goes on. */
const known = (episode: Episode) => JSON.stringify({ ...episode, place: '', endMs: 0 });

/** Labels and splits rows as they come, by the stages of a build, and again when episodes arrive late. */
export class StreamLabels {
  readonly #options: StreamLabelsOptions;
  readonly #conflicts = new Set<string>();
  readonly #homes = new Homes();
  readonly #nodes = new Set<string>();
  #label: Labeller;
  #split: Splitter | undefined;
  #known: readonly Episode[];
  readonly #pending = new Pending();
  #finalMs = Number.NEGATIVE_INFINITY;

  constructor(options: StreamLabelsOptions) {
    this.#options = options;
    this.#known = options.labels.episodes ?? [];
    this.#label = this.#labeller();
    this.#split = options.splitFor(this.#known);
  }

  /** Labels of rows up to this time do not change any more. */
  get finalMs(): number {
    return this.#finalMs;
  }

  /** Takes notice of rows before labels are looked at again: of which nodes and clusters there are any. */
  meet(rows: readonly NodeRows[]): void {
    for (const node of rows) {
      this.#nodes.add(node.node);
      this.#homes.meet(node, node.timesMs[0] ?? Number.NaN, node.timesMs.at(-1) ?? Number.NaN);
    }
  }

  /** Labels and splits rows, and remembers what it said of them. */
  label(rows: readonly NodeRows[], columns: readonly FeatureColumn[]): Table[] {
    this.meet(rows);
    const labelled = rows.map((node) => this.#label.label(node));
    const splits = labelled.map((node) => this.#splitsOf(node));
    this.#remember(labelled, splits);
    return labelled.map((node, i) => tableOf({ ...node, splits: splits[i] ?? [] }, columns));
  }

  /**
   * Reads the label sources again, and moves on what is final.
   *
   * @param firstMs the first of the steps whose rows come next
   * @param closedMs the newest of them
   * @returns what must be said anew of rows that are out
   */
  async refresh(nowMs: Ms, firstMs: Ms, closedMs: Ms): Promise<(LabelRecord | GapRecord)[]> {
    const { labels, samples, labelDelayMs, plan } = this.#options;
    const { stepMs, longestWindowMs, freshnessMs } = plan;
    // An episode that was over this long before the first row that can change is forgotten by then.
    const earliestMs = Math.min(this.#pending.firstMs ?? firstMs, firstMs) - longestWindowMs - 2 * stepMs;
    const times = { fromMs: wholeMs(earliestMs - freshnessMs), lastMs: closedMs, nowMs, freshnessMs };
    const own = {
      firstMs: earliestMs,
      lastMs: Number.POSITIVE_INFINITY,
      stepMs,
      recoveryMs: longestWindowMs,
    };
    const check = (episodes: readonly Episode[]) => {
      checkEpisodes(episodes, plan.pseudonyms);
      checkHomes(this.#homes, [...this.#nodes], episodesByNode(episodes), own);
    };
    const changed = await labels.refresh({ samples: samples(), times, stepMs, check });
    const corrections = changed ? this.#relabel() : [];
    const settledMs = Math.floor((nowMs - labelDelayMs) / stepMs) * stepMs;
    // Without a source no label will ever change.
    const dueMs = labels.episodes === undefined ? closedMs : Math.min(closedMs, settledMs);
    if (!labels.readable) {
      this.#pending.giveUp(nowMs - MOST_DELAYS * labelDelayMs, stepMs);
      return [];
    }
    this.#finalMs = Math.max(this.#finalMs, dueMs);
    this.#pending.finish(this.#finalMs);
    return [...corrections.map((said) => this.#correction(said)), ...this.#givenUp()];
  }

  #labeller(): Labeller {
    const { plan, labels, log } = this.#options;
    const times = {
      firstMs: plan.firstMs,
      lastMs: Number.POSITIVE_INFINITY,
      stepMs: plan.stepMs,
      recoveryMs: plan.longestWindowMs,
      entity: plan.config.entity,
    };
    const made = labeller(labels.episodes, times, this.#homes);
    for (const conflict of made.conflicts) {
      const key = JSON.stringify(conflict);
      if (!this.#conflicts.has(key))
        log.warn('two episodes at once: the first labels the rows', { ...conflict });
      this.#conflicts.add(key);
    }
    return made;
  }

  #splitsOf(rows: LabelledRows): readonly (Split | null)[] {
    return this.#split?.split(rows).splits ?? Array.from(rows.timesMs, () => null);
  }

  #remember(labelled: readonly LabelledRows[], splits: readonly (readonly (Split | null)[])[]): void {
    if (this.#options.labels.episodes === undefined) return;
    const all = labelled.flatMap(({ timesMs, labels, features: _, ...entity }, i) =>
      labels.map((label, row) => ({
        entity,
        timeMs: timesMs[row] as number,
        label,
        split: splits[i]?.[row] ?? null,
      })),
    );
    this.#pending.add(all.filter(({ timeMs }) => timeMs > this.#finalMs));
  }

  /** Labels all pending rows again, and gives those of which something else is to be said. */
  #relabel(): Said[] {
    const { labels, splitFor } = this.#options;
    const episodes = labels.episodes ?? [];
    this.#warnOfLate(episodes);
    this.#known = episodes;
    this.#label = this.#labeller();
    this.#split = splitFor(episodes);
    return this.#pending.sayAgain((row) => this.#sayAgain(row));
  }

  /** What is to be said of one row by now. */
  #sayAgain({ entity, timeMs }: Said): Said {
    const rows = this.#label.label({ ...entity, timesMs: Float64Array.of(timeMs), features: [] });
    const [label] = rows.labels;
    if (label === undefined) throw new RangeError('a row without a label');
    return { entity, timeMs, label, split: this.#splitsOf(rows)[0] ?? null };
  }

  #correction({ entity, timeMs, label, split }: Said): LabelRecord {
    return {
      type: 'label',
      label_state: timeMs <= this.#finalMs ? 'final' : 'provisional',
      timestamp: formatTime(timeMs),
      ...entity,
      cluster: entity.cluster === '' ? null : entity.cluster,
      ...label,
      split,
    };
  }

  #warnOfLate(episodes: readonly Episode[]): void {
    const { onLateEpisode, log } = this.#options;
    const before = new Set(this.#known.map(known));
    for (const episode of episodes) {
      if (before.has(known(episode)) || episode.startMs > this.#finalMs) continue;
      onLateEpisode();
      log.warn('an episode came when rows of its time were final: raise stream.labelDelay', {
        place: episode.place,
        episode: episode.episode,
        final_until: formatTime(this.#finalMs),
      });
    }
  }

  #givenUp(): GapRecord[] {
    const span = this.#pending.takeGivenUp();
    if (span === undefined) return [];
    return [
      {
        type: 'gap',
        reason: 'labels_unknown',
        from: formatTime(span.afterMs),
        to: formatTime(span.toMs),
        message:
          'the label sources could not be read for so long that these rows keep their provisional labels',
      },
    ];
  }
}
