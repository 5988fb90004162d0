import type { Logger } from '../../common/log.ts';
import type { Episode } from '../episodes.ts';
import type { EntityName, LabelledRows, NodeRows, PlannedColumn, RowLabel, Split } from '../model.ts';
import type { Splitter } from '../splits/model.ts';
import { type Labeller, labeller } from '../stages/label.ts';
import type { Plan } from '../stages/plan.ts';
import { type Table, tableOf } from '../table.ts';
import { formatTime } from '../times.ts';
import type { LabelWatch } from './label-watch.ts';
import type { GapRecord, LabelRecord } from './records.ts';

export interface JudgeOptions {
  readonly labels: LabelWatch;
  /** How long after a row labels can still change. */
  readonly labelDelayMs: number;
  readonly plan: Plan;
  readonly splitFor: (episodes: readonly Episode[]) => Splitter | undefined;
  readonly onLateEpisode: () => void;
  readonly log: Logger;
}

/** What was said of a row whose labels are not final. */
interface Said extends EntityName {
  readonly timeMs: number;
  readonly label: RowLabel;
  readonly split: Split | null;
}

/** The rows of one step that are not final. */
interface Pending {
  readonly timeMs: number;
  readonly rows: readonly Said[];
}

/** While labels cannot be read, rows wait for so many label delays before they are given up. */
const MOST_DELAYS = 4;

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Labels and splits rows as they come, by the stages of a build, and again when episodes arrive late. */
export class Judge {
  readonly #options: JudgeOptions;
  readonly #conflicts = new Set<string>();
  #label: Labeller;
  #split: Splitter | undefined;
  #known: readonly Episode[];
  #pending: Pending[] = [];
  #finalMs = Number.NEGATIVE_INFINITY;
  /** First and last step that was given up. */
  #unknown: { fromMs: number; toMs: number } | undefined;

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.#known = options.labels.episodes ?? [];
    this.#label = this.#labeller();
    this.#split = options.splitFor(this.#known);
  }

  /** Labels of rows up to this time do not change any more. */
  get finalMs(): number {
    return this.#finalMs;
  }

  /** Labels and splits rows, and remembers what it said of them. */
  judge(rows: readonly NodeRows[], columns: readonly PlannedColumn[]): Table[] {
    const labelled = rows.map((node) => this.#label.label(node));
    const splits = labelled.map((node) => this.#splitsOf(node));
    this.#remember(labelled, splits);
    return labelled.map((node, i) => tableOf({ ...node, splits: splits[i] ?? [] }, columns));
  }

  /**
   * Reads the label sources again, and moves on what is final.
   *
   * @param closedMs the newest step that is closed
   * @returns what must be said anew of rows that are out
   */
  refresh(nowMs: number, closedMs: number): (LabelRecord | GapRecord)[] {
    const { labels, labelDelayMs, plan } = this.#options;
    const corrections = labels.refresh() ? this.#relabel() : [];
    const settledMs = Math.floor((nowMs - labelDelayMs) / plan.stepMs) * plan.stepMs;
    // Without a source no label will ever change.
    const dueMs = labels.episodes === undefined ? closedMs : Math.min(closedMs, settledMs);
    if (!labels.readable) {
      this.#giveUp(nowMs - MOST_DELAYS * labelDelayMs);
      return [];
    }
    this.#finalMs = Math.max(this.#finalMs, dueMs);
    this.#pending = this.#pending.filter(({ timeMs }) => timeMs > this.#finalMs);
    return [...corrections.map((said) => this.#correction(said)), ...this.#givenUp()];
  }

  #labeller(): Labeller {
    const { plan, labels, log } = this.#options;
    const made = labeller(labels.episodes, {
      firstMs: plan.firstMs,
      lastMs: Number.POSITIVE_INFINITY,
      stepMs: plan.stepMs,
      recoveryMs: plan.longestWindowMs,
    });
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
    const byTime = new Map<number, Said[]>();
    labelled.forEach(({ cluster, node, timesMs, labels }, i) => {
      timesMs.forEach((timeMs, row) => {
        const label = labels[row];
        if (timeMs <= this.#finalMs || label === undefined) return;
        const said = byTime.get(timeMs) ?? [];
        byTime.set(timeMs, said);
        said.push({ cluster, node, timeMs, label, split: splits[i]?.[row] ?? null });
      });
    });
    for (const timeMs of [...byTime.keys()].sort((a, b) => a - b)) {
      this.#pending.push({ timeMs, rows: byTime.get(timeMs) ?? [] });
    }
  }

  /** Labels all pending rows again, and gives those of which something else is to be said. */
  #relabel(): Said[] {
    const { labels, splitFor } = this.#options;
    const episodes = labels.episodes ?? [];
    this.#warnOfLate(episodes);
    this.#known = episodes;
    this.#label = this.#labeller();
    this.#split = splitFor(episodes);
    const corrections: Said[] = [];
    this.#pending = this.#pending.map(({ timeMs, rows }) => ({
      timeMs,
      rows: rows.map((before) => {
        const after = this.#sayAgain(before);
        if (!same(before, after)) corrections.push(after);
        return after;
      }),
    }));
    return corrections;
  }

  /** What is to be said of one row by now. */
  #sayAgain({ cluster, node, timeMs }: Said): Said {
    const rows = this.#label.label({ cluster, node, timesMs: Float64Array.of(timeMs), features: [] });
    const [label] = rows.labels;
    if (label === undefined) throw new RangeError('a row without a label');
    return { cluster, node, timeMs, label, split: this.#splitsOf(rows)[0] ?? null };
  }

  #correction({ cluster, node, timeMs, label, split }: Said): LabelRecord {
    return {
      type: 'label',
      label_state: timeMs <= this.#finalMs ? 'final' : 'provisional',
      timestamp: formatTime(timeMs),
      cluster: cluster === '' ? null : cluster,
      node,
      ...label,
      split,
    };
  }

  #warnOfLate(episodes: readonly Episode[]): void {
    const { onLateEpisode, log } = this.#options;
    const known = new Set(this.#known.map((episode) => JSON.stringify(episode)));
    for (const episode of episodes) {
      if (known.has(JSON.stringify(episode)) || episode.startMs > this.#finalMs) continue;
      onLateEpisode();
      log.warn('an episode came when rows of its time were final: raise stream.labelDelay', {
        place: episode.place,
        episode: episode.episode,
        final_until: formatTime(this.#finalMs),
      });
    }
  }

  #giveUp(beforeMs: number): void {
    const given = this.#pending.filter(({ timeMs }) => timeMs <= beforeMs);
    const last = given.at(-1);
    if (given[0] === undefined || last === undefined) return;
    this.#pending = this.#pending.slice(given.length);
    this.#unknown = { fromMs: this.#unknown?.fromMs ?? given[0].timeMs, toMs: last.timeMs };
  }

  #givenUp(): GapRecord[] {
    if (this.#unknown === undefined) return [];
    const { fromMs, toMs } = this.#unknown;
    this.#unknown = undefined;
    return [
      {
        type: 'gap',
        reason: 'labels_unknown',
        from: formatTime(fromMs - this.#options.plan.stepMs),
        to: formatTime(toMs),
        message:
          'the label sources could not be read for so long that these rows keep their provisional labels',
      },
    ];
  }
}
