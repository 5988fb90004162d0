/** An alarm as the console is given it, made by the watch that makes them. */

import { ScoredRows } from '../../../../detector/calibration/scored-rows.ts';
import type { AlarmPage } from '../../../../detector/console/pages.ts';
import { type Alarm, NodeWatch } from '../../../../detector/watch/node-watch.ts';
import { EVENT } from '../../evidence/support/event.ts';

export const STEP_MS = 15_000;
const START_MS = Date.UTC(2026, 5, 1, 12);
const COLUMNS = ['auth_failures_per_second', 'cpu_busy_ratio', 'forks_per_second'];
const CLASSES = ['normal', 'brute_force', 'cpu_burn'];
const ROWS = 90;
/** Rows in which somebody guesses passwords. */
const [FROM, TO] = [60, 72];

function scored(score: number): ScoredRows {
  const one = new ScoredRows(1, ['classifier', 'novelty'], CLASSES.length);
  const probabilities = score > 1 ? [0.05, 0.88, 0.04, 0.03] : [0.96, 0.01, 0.01, 0.02];
  one.values.set([score, score > 1 ? 0.0001 : 0.4, 0.3, ...probabilities]);
  return one;
}

/** The page of an alarm that is over, with records of what made it. */
export function alarmView(): AlarmPage & { readonly alarm: Alarm } {
  const node = new NodeWatch(
    { cluster: null, node: 'worker-7' },
    {
      ...{ columns: COLUMNS, stepMs: STEP_MS, window: 8, horizonMs: 3_600_000, learningRows: 20 },
      scales: COLUMNS.map(() => 1),
    },
  );
  let alarm: Alarm | undefined;
  for (let row = 0; row < ROWS; row++) {
    const isAttack = row >= FROM && row < TO;
    const wave = Math.sin(row / 3);
    node.take(START_MS + row * STEP_MS, Float64Array.of(isAttack ? 28 : 0, 0.3 + 0.05 * wave, Number.NaN), 0);
    node.judge(scored(isAttack ? 1.6 + 0.2 * wave : 0.3 + 0.1 * wave), 0, 1);
    alarm ??= node.alarm;
  }
  if (alarm === undefined) throw new Error('there was no alarm');
  alarm.contributions = [
    { column: 'auth_failures_per_second', columns: ['auth_failures_per_second'], without: 0.31 },
  ];
  const events = Array.from({ length: 6 }, (_, i) => ({
    ...EVENT,
    ...{ id: `1-${i}`, timeMs: START_MS + (FROM + i) * STEP_MS - 4_000, node: 'worker-7', suppressed: i },
  }));
  return {
    ...{ node, alarm, verdicts: [], columns: COLUMNS, classes: CLASSES, nearest: 'brute_force' },
    ...{ stepMs: STEP_MS, evidence: { events } },
  };
}
