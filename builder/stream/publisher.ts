import type { Logger } from '../../common/log.ts';
import { wholeMs } from '../../common/ms.ts';
import { formatTime } from '../../common/times.ts';
import { timesOf } from '../../dataset/model/table.ts';
import type { Plan } from '../plan/model.ts';
import type { Clock } from './clock.ts';
import type { Outlet } from './follow.ts';
import type { Hub } from './hub.ts';
import type { Journal } from './journal.ts';
import type { StreamMetrics } from './metrics.ts';
import type { GapReason, HeldRecord, Row } from './records.ts';
import { rowsOf } from './rows.ts';
import type { StreamLabels } from './stream-labels.ts';

export interface PublisherOptions {
  readonly journal: Journal;
  readonly streamLabels: StreamLabels;
  readonly hub: Hub;
  readonly metrics: StreamMetrics;
  readonly clock: Clock;
  readonly plan: () => Plan;
  readonly labelsReadable: () => boolean;
  readonly log: Logger;
}

/** Turns what was read into records, step by step. */
export function publisher(options: PublisherOptions): Outlet {
  const { journal, streamLabels, hub, metrics, clock, plan, labelsReadable, log } = options;

  function append(record: HeldRecord): void {
    if (record.type === 'gap') {
      metrics.gap(record.reason);
      log.warn('gap', { reason: record.reason, from: record.from, to: record.to, why: record.message });
    }
    journal.append(record);
  }

  function gap(reason: GapReason, afterMs: number, toMs: number, message: string): void {
    append({ type: 'gap', reason, from: formatTime(afterMs), to: formatTime(toMs), message });
  }

  /** Labels may have become known since: says so before the next rows. */
  async function refreshLabels(firstMs: number, closedMs: number): Promise<void> {
    for (const record of await streamLabels.refresh(clock.nowMs(), wholeMs(firstMs), wholeMs(closedMs)))
      append(record);
    metrics.labelsRead(labelsReadable());
  }

  function step(timeMs: number, rows: readonly Row[]): void {
    journal.begin(timeMs);
    const labelState = timeMs <= streamLabels.finalMs ? 'final' : 'provisional';
    for (const row of rows) append({ type: 'row', label_state: labelState, row });
    const finalMs = Math.min(streamLabels.finalMs, timeMs);
    append({
      type: 'step',
      timestamp: formatTime(timeMs),
      rows: rows.length,
      final_until: Number.isFinite(finalMs) ? formatTime(finalMs) : null,
    });
    metrics.stepClosed(timeMs, rows.length);
  }

  /** A run of steps without rows, which is one gap. */
  function empty(afterMs: number, toMs: number): void {
    journal.begin(toMs);
    gap('no_samples', afterMs, toMs, 'no node was scraped: Prometheus was away, or has no targets');
    metrics.stepClosed(toMs, 0);
  }

  return {
    async publish(nodes, firstMs, lastMs) {
      const { stepMs, columns } = plan();
      streamLabels.meet(nodes);
      await refreshLabels(firstMs, lastMs);
      const byTime = rowsByTime(
        streamLabels.label(nodes, columns).map((table) => [timesOf(table), rowsOf(table)]),
      );
      let doneMs = firstMs - stepMs;
      for (let timeMs = firstMs; timeMs <= lastMs; timeMs += stepMs) {
        const rows = byTime.get(timeMs);
        if (rows === undefined) continue;
        if (timeMs - stepMs > doneMs) empty(doneMs, timeMs - stepMs);
        step(timeMs, rows);
        doneMs = timeMs;
      }
      if (doneMs < lastMs) empty(doneMs, lastMs);
      hub.endLate();
      hub.wake();
    },

    async skip(timeMs, message) {
      const { stepMs } = plan();
      await refreshLabels(timeMs, timeMs);
      journal.begin(timeMs);
      gap('data', timeMs - stepMs, timeMs, message);
      metrics.stepClosed(timeMs, 0);
      hub.endLate();
      hub.wake();
    },

    late(timeMs, message) {
      hub.beginLate({ type: 'late', timestamp: formatTime(timeMs), message });
    },

    failed: () => metrics.readFailed(),
  };
}

/** The rows of all nodes by their time, in the order of the nodes. */
function rowsByTime(nodes: readonly (readonly [Float64Array, readonly Row[]])[]): Map<number, Row[]> {
  const byTime = new Map<number, Row[]>();
  for (const [timesMs, rows] of nodes) {
    timesMs.forEach((timeMs, i) => {
      const row = rows[i];
      if (row === undefined) return;
      const others = byTime.get(timeMs);
      if (others === undefined) byTime.set(timeMs, [row]);
      else others.push(row);
    });
  }
  return byTime;
}
