/** One node (or pod) as it is watched: what is known of it, whether it alarms, and how far its score can be relied on. */
import type { NamedEntity } from '../../dataset/model/entity.ts';
import { AlarmState } from '../../learning/measures/alarm-state.ts';
import type { Scored, ScoredRows } from '../calibration/scored-rows.ts';
import type { Contribution } from '../explanation/occlusion.ts';
import { type Inputs, NodeFeatures } from '../features/node-features.ts';
import type { FeaturePlan } from '../features/plan.ts';
import { History } from './history.ts';

/**
 * learning: its past is not known yet, or a window is not complete, and it has no score; provisional: its past is shorter than that by
 * which models were trained; watching; drifted: most of its rows look unlike those of the calibration; blind: half of what the model
 * looks at is missing; stale: rows have stopped.
 */
export const NODE_STATES = ['learning', 'provisional', 'watching', 'drifted', 'blind', 'stale'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** Share of the model's columns that are missing from which on a node is blind. */
const BLIND = 0.5;
/** A p-value of novelty that one row in ten has. */
const UNUSUAL = 0.1;
/** Share of rows that are that unusual from which on a node has drifted: an attack of minutes does not get there. */
const DRIFTED = 0.5;
/** Rows over which that share is taken, and of which it is known at the earliest. */
const DRIFT_ROWS = 240;
const LEAST_DRIFT_ROWS = 120;
/** Steps without a row after which a node is stale. */
const STALE_STEPS = 4;

/** An alarm from when it was raised. */
export interface Alarm {
  readonly id: string;
  readonly startMs: number;
  /** Of the last row in which it was on. */
  lastMs: number;
  /** Once it is over. */
  endMs: number | undefined;
  /** The highest score, what it came to there, and what models saw of that row. */
  peak: Scored;
  peakInputs: Inputs;
  contributions: readonly Contribution[];
}

export class NodeWatch {
  readonly entity: NamedEntity;
  readonly history: History;
  /** What models see of its newest row. */
  readonly features: NodeFeatures;
  readonly #plan: FeaturePlan;
  readonly #state = new AlarmState();
  #firstMs: number | undefined;
  #lastMs = Number.NEGATIVE_INFINITY;
  #arrivedMs = Number.NEGATIVE_INFINITY;
  #isReady = false;
  #drift = UNUSUAL;
  #driftRows = 0;
  /** What the newest scored row came to, in room that is used again. */
  #scored: ScoredRows | undefined;
  #isScored = false;
  /** Whether its newest row waits to be scored. */
  isWaiting = false;
  /** While it is on. */
  alarm: Alarm | undefined;

  constructor(entity: NamedEntity, plan: FeaturePlan) {
    this.entity = entity;
    this.#plan = plan;
    this.features = new NodeFeatures(plan);
    this.history = new History(plan.columns.length);
  }

  /** Time of the newest row. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** When the newest row came, on this machine's clock. */
  get arrivedMs(): number {
    return this.#arrivedMs;
  }

  /** What the newest row came to; undefined while there is no score. */
  get scored(): Scored | undefined {
    return this.#isScored ? this.#scored?.at(0) : undefined;
  }

  /** The score of that alone. */
  get score(): number | undefined {
    return this.#isScored ? this.#scored?.score(0) : undefined;
  }

  /** Share of the model's columns that the newest row did not have. */
  get missing(): number {
    return this.features.missing;
  }

  /** Share of the last rows that are as unusual as one in ten of the calibration was. */
  get drift(): number {
    return this.#drift;
  }

  /**
   * Takes the node's next row.
   *
   * @returns whether it is to be scored
   */
  take(timeMs: number, values: Float64Array, nowMs: number): boolean {
    // After a gap that is longer than the past nothing of it counts.
    if (this.#firstMs === undefined || timeMs - this.#lastMs > this.#plan.horizonMs) this.#firstMs = timeMs;
    this.#lastMs = timeMs;
    this.#arrivedMs = nowMs;
    this.history.add(timeMs, values);
    this.#isReady = this.features.take(timeMs, values);
    this.isWaiting = this.#isReady;
    if (!this.#isReady) this.#unscored();
    return this.#isReady;
  }

  #unscored(): void {
    this.#isScored = false;
    if (!this.#state.next(false)) this.#endAlarm();
  }

  /**
   * Takes what the newest row came to.
   *
   * @returns whether an alarm has begun with it, or is worse than ever
   */
  judge(scored: ScoredRows, row: number, threshold: number): boolean {
    this.isWaiting = false;
    this.#isScored = true;
    if (this.#scored === undefined) this.#scored = scored.copyOf(row);
    else this.#scored.set(0, scored, row);
    const score = scored.score(row);
    this.history.setScore(score);
    const unusual = Number(scored.pValue(row, 'novelty') <= UNUSUAL);
    this.#driftRows++;
    this.#drift += (unusual - this.#drift) / Math.min(this.#driftRows, DRIFT_ROWS);
    if (this.#state.next(score > threshold)) return this.#goOn(scored, row);
    this.#endAlarm();
    return false;
  }

  #goOn(scored: ScoredRows, row: number): boolean {
    const { alarm } = this;
    if (alarm === undefined) {
      const { cluster, node, namespace, pod } = this.entity;
      const place = [cluster, node, namespace, pod].filter((part) => part !== null && part !== undefined);
      this.alarm = {
        id: [...place, new Date(this.#lastMs).toISOString()].join('/'),
        startMs: this.#lastMs,
        lastMs: this.#lastMs,
        endMs: undefined,
        peak: scored.at(row),
        peakInputs: this.features.newest(),
        contributions: [],
      };
      return true;
    }
    alarm.lastMs = this.#lastMs;
    if (scored.score(row) <= alarm.peak.score) return false;
    alarm.peak = scored.at(row);
    alarm.peakInputs = this.features.newest();
    return true;
  }

  #endAlarm(): void {
    if (this.alarm !== undefined) this.alarm.endMs = this.#lastMs;
    this.alarm = undefined;
  }

  /** @param nowMs on the clock by which rows arrived */
  stateAt(nowMs: number): NodeState {
    const { stepMs, horizonMs } = this.#plan;
    if (nowMs - this.#arrivedMs > STALE_STEPS * stepMs) return 'stale';
    if (this.missing >= BLIND) return 'blind';
    if (!this.#isReady) return 'learning';
    if (this.#lastMs - (this.#firstMs ?? this.#lastMs) < horizonMs) return 'provisional';
    return this.#driftRows >= LEAST_DRIFT_ROWS && this.#drift > DRIFTED ? 'drifted' : 'watching';
  }
}
