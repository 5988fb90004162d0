/** How often scores raise an alarm while nothing happens. */
import type { AlarmRule } from './alarm-state.ts';
import { alarmsOf, type Scores } from './alarms.ts';
import type { HeldOutSeries } from './held-out.ts';

export interface QuietTime {
  /** Rows in which nothing happened, no benign workload either. */
  readonly rows: number;
  /** Those in which the alarm was on: a model that never stops has one alarm and all of them. */
  readonly inAlarm: number;
  /** Runs of them without an interruption. */
  readonly alarms: number;
}

/** The alarms of quiet rows, of all nodes together. */
export function quietTime(
  scores: readonly Scores[],
  all: readonly HeldOutSeries[],
  threshold: number,
  rule?: AlarmRule,
): QuietTime {
  let [rows, inAlarm, alarms] = [0, 0, 0];
  all.forEach((series, i) => {
    const { isOn } = alarmsOf(scores[i] as Scores, series, threshold, rule);
    let before = false;
    series.kinds.forEach((kind, row) => {
      const isFalse = kind === 'quiet' && isOn[row] === true;
      if (kind === 'quiet') rows++;
      if (isFalse) inAlarm++;
      if (isFalse && !before) alarms++;
      before = isFalse;
    });
  });
  return { rows, inAlarm, alarms };
}
