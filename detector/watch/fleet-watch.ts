/** All nodes that a stream tells of, scored step by step. */
import { entityKey } from '../../dataset/model/entity.ts';
import type { ScoredRows } from '../calibration/scored-rows.ts';
import type { Detector } from '../candidate/detector.ts';
import { explain } from '../explanation/occlusion.ts';
import { InputBatch } from '../samples/batch.ts';
import type { RefusalReason, StreamRow } from '../stream/records.ts';
import { type Alarm, NodeWatch } from './node-watch.ts';

/** A stream that makes names up cannot fill the memory: some 20 KB a node. */
const MOST_NODES = 10_000;
/** After so long without a row a node is forgotten. */
const FORGOTTEN_MS = 900_000;
/** Alarms that are over and still shown. */
const MOST_PAST = 200;
/** On the scale of scores, an alarm. */
const ALARM = 1;

export interface PastAlarm {
  readonly node: NodeWatch;
  readonly alarm: Alarm;
}

export class FleetWatch {
  readonly detector: Detector;
  readonly #nodes = new Map<string, NodeWatch>();
  /** Nodes whose newest rows are in the batch, in its order. */
  readonly #pending: NodeWatch[] = [];
  readonly #batch: InputBatch;
  #alarms: PastAlarm[] = [];
  readonly #unexplained = new Set<Alarm>();
  #raised = 0;

  constructor(detector: Detector) {
    this.detector = detector;
    this.#batch = new InputBatch(detector.candidate.plan, detector.looksAtWindows);
  }

  get nodes(): readonly NodeWatch[] {
    return [...this.#nodes.values()];
  }

  /** Those that are on and the newest that are over, the oldest first. */
  get alarms(): readonly PastAlarm[] {
    return this.#alarms;
  }

  /** Alarms since the start. */
  get raised(): number {
    return this.#raised;
  }

  /** Takes a row; undefined when it was taken, else why it was not. */
  take({ entity, timeMs, values }: StreamRow, nowMs: number): RefusalReason | undefined {
    const key = entityKey(entity);
    let node = this.#nodes.get(key);
    if (node === undefined) {
      if (this.#nodes.size >= MOST_NODES) return 'nodes';
      node = new NodeWatch(entity, this.detector.candidate.plan);
      this.#nodes.set(key, node);
    }
    if (timeMs <= node.lastMs) return 'repeated';
    if (node.take(timeMs, values, nowMs)) {
      this.#pending.push(node);
      this.#batch.add(node.features);
    }
    return undefined;
  }

  /** Whether a node has a row that waits to be scored: a second one of it must not be taken before. */
  isWaiting({ entity }: StreamRow): boolean {
    return this.#nodes.get(entityKey(entity))?.isWaiting ?? false;
  }

  /** Scores what waits, all at once; until that has ended, no row must be taken. */
  async score(): Promise<void> {
    try {
      const scored = await this.detector.score(this.#batch.gathered());
      this.#pending.forEach((node, row) => void this.#judge(node, scored, row));
    } finally {
      for (const node of this.#pending) node.isWaiting = false;
      this.#pending.length = 0;
      this.#batch.clear();
    }
  }

  #judge(node: NodeWatch, scored: ScoredRows, row: number): void {
    const before = node.alarm;
    const isWorse = node.judge(scored, row, ALARM);
    const { alarm } = node;
    if (alarm === undefined) return;
    if (before === undefined) this.#note({ node, alarm });
    if (isWorse && this.#unexplained.size < MOST_NODES) this.#unexplained.add(alarm);
  }

  #note(raised: PastAlarm): void {
    this.#raised++;
    this.#alarms.push(raised);
    if (this.#alarms.length <= MOST_PAST) return;
    const oldest = this.#alarms.findIndex(({ alarm }) => alarm.endMs !== undefined);
    this.#alarms.splice(Math.max(0, oldest), 1);
  }

  /** Alarms of which nobody knows yet why. */
  get unexplained(): number {
    return this.#unexplained.size;
  }

  /** Finds out why one node alarms, the one that has waited longest. So many alarms at once hold up no step for longer than one takes. */
  async explainNext(): Promise<void> {
    const [alarm] = this.#unexplained;
    if (alarm === undefined) return;
    this.#unexplained.delete(alarm);
    alarm.contributions = await explain(this.detector, alarm.peakInputs);
  }

  /** Forgets nodes that have sent nothing for long. */
  forget(nowMs: number): void {
    for (const [key, node] of this.#nodes) if (nowMs - node.arrivedMs > FORGOTTEN_MS) this.#nodes.delete(key);
  }
}
