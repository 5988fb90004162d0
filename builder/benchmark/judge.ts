/** From scores to figures, as the protocol of the dataset's card has it. */
import { median } from '../../common/statistics.ts';
import { VUS_BUFFER_ROWS } from '../../dataset/metadata/protocol.ts';
import { type Finding, findingsOf } from '../../learning/measures/alarms.ts';
import { bestThreshold } from '../../learning/measures/best-threshold.ts';
import { averagePrecision, judgedRows, vusPr } from '../../learning/measures/curves.ts';
import { quietTime } from '../../learning/measures/false-alarms.ts';
import { type Event, eventsOf, type HeldOutSeries, judgedRowsOf } from '../../learning/measures/held-out.ts';
import type { Series } from '../../learning/table/series.ts';
import { type Ranked, ranked } from './ranks.ts';
import type { Figures } from './result.ts';

/** A row at or above the threshold is an alarm, and nothing else is. */
const ROW_BY_ROW = { least: 1, of: 1 } as const;
const MS_PER_HOUR = 3_600_000;
const MS_PER_SECOND = 1_000;

/** Where the threshold is from: a part whose rows are scored, or a score that somebody names. */
export type ThresholdFrom =
  | { readonly from: 'parts'; readonly parts: readonly ('validation' | 'train')[] }
  | { readonly from: 'given' | 'fixed'; readonly threshold: number };

const of = (series: readonly Series[], part: string): HeldOutSeries[] =>
  series.map((own) => judgedRowsOf(own, (split) => split === part));

interface Chosen {
  /** Scores at or above it are alarms. */
  readonly rank: number;
  readonly threshold: number;
  readonly from: NonNullable<Figures['thresholdFrom']>;
}

function thresholdOf(from: ThresholdFrom, series: readonly Series[], ranks: Ranked): Chosen | undefined {
  if (from.from !== 'parts') return { rank: ranks.rankFrom(from.threshold), ...from };
  for (const part of from.parts) {
    const rank = bestThreshold(judgedRows(ranks.scores, of(series, part)));
    if (rank !== undefined) return { rank, threshold: ranks.scoreOf(rank), from: part };
  }
  return undefined;
}

const countOf = (findings: readonly Finding[]) => ({
  events: findings.length,
  found: findings.filter(({ isFound }) => isFound).length,
});

/** Seconds from the first row of each found episode to its first alarm row. */
function delaysOf(findings: readonly Finding[], series: readonly Series[]): number[] {
  return findings.flatMap(({ event, delay }) => {
    if (delay === undefined) return [];
    const { timesMs } = series[event.series] as Series;
    const [first, found] = [event.rows[0], event.rows[delay]].map((row) => timesMs[row as number] as number);
    return [((found as number) - (first as number)) / MS_PER_SECOND];
  });
}

function alarmFigures(
  { rank }: Chosen,
  ranks: Ranked,
  test: readonly HeldOutSeries[],
  series: readonly Series[],
  stepMs: number,
): Pick<Figures, 'episodes' | 'medianDelaySeconds' | 'falseAlarms' | 'benign'> {
  const above = rank - 0.5;
  const events = eventsOf(test);
  const found = (isWanted: (event: Event) => boolean) =>
    findingsOf(events.filter(isWanted), ranks.scores, test, above, { rule: ROW_BY_ROW });
  const attacks = found(({ isAttack }) => isAttack);
  const delays = delaysOf(attacks, series);
  const quiet = quietTime(ranks.scores, test, above, ROW_BY_ROW);
  const quietHours = (quiet.rows * stepMs) / MS_PER_HOUR;
  return {
    episodes: countOf(attacks),
    medianDelaySeconds: delays.length === 0 ? null : median(delays),
    falseAlarms: {
      alarms: quiet.alarms,
      quietHours,
      perHour: quiet.rows === 0 ? null : quiet.alarms / quietHours,
      shareInAlarm: quiet.rows === 0 ? null : quiet.inAlarm / quiet.rows,
    },
    benign: countOf(found(({ isAttack }) => !isAttack)),
  };
}

/**
 * The figures of scores.
 *
 * @param scores by series and row, NaN for a row without one; all rows of the part test have one
 */
export function judge(
  { series, stepMs }: { readonly series: readonly Series[]; readonly stepMs: number },
  scores: readonly Float64Array[],
  threshold: ThresholdFrom,
  notes: readonly string[] = [],
): Figures {
  const ranks = ranked(scores);
  const test = of(series, 'test');
  const judged = judgedRows(ranks.scores, test);
  const rows = {
    test: series.reduce((sum, { facts }) => sum + facts.filter(({ split }) => split === 'test').length, 0),
    judged: judged.reduce((sum, { isAttack }) => sum + isAttack.length, 0),
    attack: judged.reduce((sum, { isAttack }) => sum + isAttack.filter(Boolean).length, 0),
  };
  const chosen = thresholdOf(threshold, series, ranks);
  return {
    rows,
    baseRate: rows.judged === 0 ? null : rows.attack / rows.judged,
    averagePrecision: averagePrecision(judged) ?? null,
    vusPr: vusPr(judged, VUS_BUFFER_ROWS) ?? null,
    threshold: chosen?.threshold ?? null,
    thresholdFrom: chosen?.from ?? null,
    ...(chosen === undefined
      ? { episodes: null, medianDelaySeconds: null, falseAlarms: null, benign: null }
      : alarmFigures(chosen, ranks, test, series, stepMs)),
    notes: [
      ...notes,
      ...(chosen === undefined
        ? ['no threshold: validation has no scored rows of both kinds, so that alarms are not judged']
        : []),
      ...(chosen?.from === 'train'
        ? ['the threshold is from train: validation has not both attack and normal rows']
        : []),
      ...(rows.attack === 0 ? ['test has no attack row: average precision and VUS-PR have no value'] : []),
    ],
  };
}
