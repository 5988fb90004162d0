/** What the detector's metrics tell of a node, moment by moment, and what comes of it. */
import { detectorMetrics } from '../../../exporter/catalogue/programs/detector.ts';
import type { Shown } from './plan.ts';

/** A moment of a node, as its detector has it. */
export interface Reading {
  /** When the page was read. */
  readonly timeMs: number;
  /** Undefined while there is none. */
  readonly score: number | undefined;
  /** While an alarm is on, also one that counts in the shadow alone: the likeliest class, and what made it one. */
  readonly alarm:
    | { readonly label: string; readonly share: number; readonly columns: readonly string[] }
    | undefined;
}

/** The series of a metric: label and value. */
function valuesOf(page: string, name: string, label: string): [string, number][] {
  const pattern = new RegExp(`^${name}\\{(?:.*,)?${label}="([^"]*)".*\\} (\\S+)$`, 'gm');
  return [...page.matchAll(pattern)].map(([, key = '', value]) => [key, Number(value)]);
}

/** What a page of the detector's metrics tells of the one node that there is. */
export function readingOf(page: string, timeMs: number): Reading {
  const largestFirst = (name: string, label: string) =>
    valuesOf(page, name, label).sort(([, a], [, b]) => b - a);
  const [score] = valuesOf(page, detectorMetrics.anomalyScore.name, 'node').map(([, value]) => value);
  const [likeliest] = largestFirst(detectorMetrics.classProbability.name, 'class');
  const columns = largestFirst(detectorMetrics.contribution.name, 'column').map(([column]) => column);
  return {
    ...{ timeMs, score },
    alarm: likeliest && { label: likeliest[0], share: likeliest[1], columns },
  };
}

/** What came of an episode. */
export interface Outcome {
  /** At its highest score; undefined where no alarm began within it. */
  readonly alarm: NonNullable<Reading['alarm']> | undefined;
  /** Whether one was on already when it began, so that nothing can be told. */
  readonly wasOn: boolean;
  /** From the beginning of the episode to the alarm. */
  readonly delaySeconds: number | undefined;
  readonly highest: number | undefined;
}

/** Rows come so long after their time. */
const LATE_MS = 4_000;

/** Looks for an alarm that began within the episode; one that was on before it is none of it. */
export function outcomeOf(readings: readonly Reading[], startMs: number, endMs: number): Outcome {
  const within = ({ timeMs }: Reading) => timeMs >= startMs && timeMs <= endMs + LATE_MS;
  const begun = readings.find(
    (reading, i) => within(reading) && reading.alarm !== undefined && readings[i - 1]?.alarm === undefined,
  );
  const rest = begun === undefined ? [] : readings.slice(readings.indexOf(begun)).filter(within);
  const told = rest.filter(({ alarm }) => alarm !== undefined);
  // Columns come with the row after the one that raised it.
  const explained = told.filter(({ alarm }) => (alarm?.columns.length ?? 0) > 0);
  const [first, ...others] = explained.length > 0 ? explained : told;
  const peak = others.reduce((best, own) => ((own.score ?? 0) > (best?.score ?? 0) ? own : best), first);
  const scores = readings.filter(within).flatMap(({ score }) => score ?? []);
  return {
    alarm: peak?.alarm,
    wasOn: readings.findLast(({ timeMs }) => timeMs < startMs)?.alarm !== undefined,
    delaySeconds: begun && (begun.timeMs - startMs) / 1000,
    highest: scores.length === 0 ? undefined : Math.max(...scores),
  };
}

/** Alarms that began while nothing was on. */
export function falseAlarms(readings: readonly Reading[], startMs: number, endMs: number): number {
  return readings.filter(
    ({ alarm, timeMs }, i) =>
      i > 0 &&
      alarm !== undefined &&
      readings[i - 1]?.alarm === undefined &&
      (timeMs < startMs || timeMs > endMs + LATE_MS),
  ).length;
}

/** One line of what was shown and what came of it. */
export function outcomeLine(
  { scenario, role }: Shown,
  { alarm, wasOn, delaySeconds, highest }: Outcome,
): string {
  const score = highest === undefined ? 'no score' : `highest score ${highest.toFixed(2)}`;
  if (wasOn)
    return `  ? ${scenario.padEnd(12)} an alarm from before was still on: nothing can be told, ${score}`;
  const isRight = (alarm === undefined) === (role === 'benign');
  const mark = isRight ? '✓' : '✗';
  if (alarm === undefined) return `  ${mark} ${scenario.padEnd(12)} no alarm, ${score}`;
  const because = alarm.columns.length === 0 ? 'no column alone' : alarm.columns.join(', ');
  return `  ${mark} ${scenario.padEnd(12)} alarm after ${delaySeconds?.toFixed(0)} s as ${alarm.label} (${Math.round(100 * alarm.share)} %), ${score}; because of ${because}`;
}
