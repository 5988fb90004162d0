/** All nodes that a stream tells of, scored step by step. */
import { entityKey } from '../../dataset/model/entity.ts';
import type { Detector, Scored } from '../candidate/detector.ts';
import { explain } from '../explanation/occlusion.ts';
import type { Inputs } from '../features/node-features.ts';
import { stacked } from '../samples/gather.ts';
import type { RefusalReason, StreamRow } from '../stream/records.ts';
import { type Alarm, NodeWatch } from './node-watch.ts';

/** A stream that makes names up cannot fill the memory: some 20 KB a node. */
const MOST_NODES = 10_000;
/** After so long without a row a node is forgotten. */
const FORGOTTEN_MS = 900_000;
/** Alarms that are explained in a step; the others in the next. */
const MOST_EXPLAINED = 64;
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
  #pending: { readonly node: NodeWatch; readonly inputs: Inputs }[] = [];
  readonly #waiting = new Set<string>();
  #alarms: PastAlarm[] = [];
  #raised = 0;

  constructor(detector: Detector) {
    this.detector = detector;
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

  /** Whether rows wait to be scored. */
  get hasPending(): boolean {
    return this.#pending.length > 0;
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
    const inputs = node.take(timeMs, values, nowMs);
    if (inputs === undefined) return undefined;
    this.#pending.push({ node, inputs });
    this.#waiting.add(key);
    return undefined;
  }

  /** Whether a node has a row that waits to be scored: a second one of it must not go with the first. */
  isWaiting({ entity }: StreamRow): boolean {
    return this.#waiting.has(entityKey(entity));
  }

  /** Scores what waits, all at once. */
  async score(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    this.#waiting.clear();
    if (pending.length === 0) return;
    const { plan } = this.detector.candidate;
    const scored = await this.detector.score(
      stacked(
        pending.map(({ inputs }) => inputs),
        plan,
      ),
    );
    pending.forEach(({ node }, i) => {
      const before = node.alarm;
      node.judge(scored[i] as Scored, ALARM);
      if (node.alarm !== undefined && before === undefined) this.#note({ node, alarm: node.alarm });
    });
    await this.#explain(pending);
  }

  #note(raised: PastAlarm): void {
    this.#raised++;
    this.#alarms.push(raised);
    if (this.#alarms.length <= MOST_PAST) return;
    const oldest = this.#alarms.findIndex(({ alarm }) => alarm.endMs !== undefined);
    this.#alarms.splice(Math.max(0, oldest), 1);
  }

  /** Why nodes alarm, of as many as there is time for: those without a reason first. */
  async #explain(scored: readonly { readonly node: NodeWatch; readonly inputs: Inputs }[]): Promise<void> {
    const { plan } = this.detector.candidate;
    const alarming = scored
      .filter(({ node: { alarm, scored: own } }) => alarm !== undefined && own?.score === alarm.peak.score)
      .sort((a, b) => (a.node.alarm?.contributions.length ?? 0) - (b.node.alarm?.contributions.length ?? 0));
    for (const { node, inputs } of alarming.slice(0, MOST_EXPLAINED)) {
      const contributions = await explain(this.detector, stacked([inputs], plan));
      if (node.alarm !== undefined) node.alarm.contributions = contributions;
    }
  }

  /** Forgets nodes that have sent nothing for long. */
  forget(nowMs: number): void {
    for (const [key, node] of this.#nodes) if (nowMs - node.arrivedMs > FORGOTTEN_MS) this.#nodes.delete(key);
  }
}
