/** The data that the readers and the builder are measured with: the same for the same seed. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomFrom } from '../../common/random.ts';
import { METRICS } from '../../exporter/catalogue/index.ts';
import type { MetricSpec } from '../../exporter/catalogue/model/define.ts';

export const STEP_MS = 15_000;
/** Midnight UTC, so that days are partitions. */
export const START_MS = Date.UTC(2023, 10, 15);
export const DAY_MS = 86_400_000;

export interface Size {
  readonly nodes: number;
  readonly days: number;
}

/** The 24 metrics of a node, one series of each. */
export const METRICS_READ = METRICS.filter(({ family }) => family !== undefined);

/** Scrapes lost one by one, by all nodes for ten minutes of each day, and counters that begin again. */
const LOST_SCRAPES = 0.002;
const OUTAGE_STEPS = { from: 2_000, to: 2_040 } as const;
const RESETS = 1e-4;
const JITTERED = 0.05;

function labelsOf(metric: MetricSpec, node: number): string {
  const own = Object.entries(metric.labels).map(([label, values]) => [
    label,
    values === 'open' ? 'a' : values[0],
  ]);
  return [...own.map(([label, value]) => `${label}="${value}"`), targetLabels(node)].join(',');
}

function targetLabels(node: number): string {
  return `instance="node-${node}:24924",job="kubevigil",node="node-${node}"`;
}

/** How a metric moves: counters of events and of seconds, gauges of counts and of ratios. */
function mover(metric: MetricSpec, random: () => number): (previous: number) => number {
  const fractional = /_(seconds|ratio)(_total)?$/.test(metric.name);
  if (metric.type === 'gauge') return fractional ? () => random() : () => Math.floor(random() * 1_000);
  return (previous) => {
    if (random() < RESETS) return 0;
    return fractional
      ? Math.round((previous + random() * 15) * 100) / 100
      : previous + Math.floor(random() * random() * 5_000);
  };
}

/** The text of one series, a day at a time. */
function* seriesText(name: string, labels: string, random: () => number, next: (previous: number) => number) {
  let value = Math.floor(random() * 1e6);
  for (let dayStartMs = START_MS; ; dayStartMs += DAY_MS) {
    const lines: string[] = [];
    for (let step = 0; step < DAY_MS / STEP_MS; step++) {
      if ((step >= OUTAGE_STEPS.from && step < OUTAGE_STEPS.to) || random() < LOST_SCRAPES) continue;
      value = next(value);
      const jitterMs = random() < JITTERED ? 1 : 0;
      lines.push(`${name}{${labels}} ${value} ${(dayStartMs + step * STEP_MS + jitterMs) / 1_000}\n`);
    }
    yield lines.join('');
  }
}

interface Family {
  readonly head: string;
  readonly series: readonly Iterator<string>[];
}

function familiesOf(nodes: number): Family[] {
  const random = randomFrom(1);
  const all = Array.from({ length: nodes }, (_, node) => node);
  const metrics = METRICS_READ.map((metric) => ({
    head: `# TYPE ${metric.name.replace(/_total$/, '')} ${metric.type}\n`,
    series: all.map((node) => seriesText(metric.name, labelsOf(metric, node), random, mover(metric, random))),
  }));
  const up = all.map((node) => seriesText('up', targetLabels(node), random, () => 1));
  return [...metrics, { head: '# TYPE up gauge\n', series: up }];
}

function* dayText(families: readonly Family[]): Generator<string> {
  for (const { head, series } of families) {
    yield head;
    for (const one of series) yield one.next().value;
  }
  yield '# EOF\n';
}

/**
 * Writes OpenMetrics text for `promtool tsdb create-blocks-from openmetrics`, one day after the other into the same file,
 * and hands each over: 6.9 M samples (0.7 GB) for 50 nodes.
 */
export async function eachDay(
  file: string,
  { nodes, days }: Size,
  store: () => Promise<void>,
): Promise<void> {
  const families = familiesOf(nodes);
  for (let day = 0; day < days; day++) {
    await pipeline(Readable.from(dayText(families)), createWriteStream(file));
    await store();
  }
}
