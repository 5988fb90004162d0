/** The data that the readers and the builder are measured with: the same for the same seed. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { randomFrom } from '../../common/random.ts';
import { METRICS } from '../../exporter/catalogue/index.ts';
import type { MetricSpec } from '../../exporter/catalogue/model/define.ts';
import { attributionLabels } from '../../exporter/catalogue/model/define.ts';

export const STEP_MS = 15_000;
/** Midnight UTC, so that days are partitions. */
export const START_MS = Date.UTC(2023, 10, 15);
export const DAY_MS = 86_400_000;

export interface Size {
  readonly nodes: number;
  readonly days: number;
}

/** The 24 metrics of a node, one series of each. */
export const METRICS_READ = METRICS.filter(({ number }) => number !== undefined);

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
  const attribution = attributionLabels(metric).map((label) => [label, '']);
  const target = [
    ['instance', `node-${node}:24924`],
    ['job', 'kubevigil'],
    ['node', `node-${node}`],
  ];
  const pairs = [...own, ...attribution, ...target].filter(([, value]) => value !== '');
  return pairs.map(([label, value]) => `${label}="${value}"`).join(',');
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

function* seriesText(
  name: string,
  labels: string,
  days: number,
  random: () => number,
  next: (previous: number) => number,
) {
  let value = Math.floor(random() * 1e6);
  const stepsPerDay = DAY_MS / STEP_MS;
  for (let day = 0; day < days; day++) {
    const lines: string[] = [];
    for (let step = 0; step < stepsPerDay; step++) {
      if ((step >= OUTAGE_STEPS.from && step < OUTAGE_STEPS.to) || random() < LOST_SCRAPES) continue;
      value = next(value);
      const jitterMs = random() < JITTERED ? 1 : 0;
      const timeMs = START_MS + (day * stepsPerDay + step) * STEP_MS + jitterMs;
      lines.push(`${name}{${labels}} ${value} ${timeMs / 1_000}\n`);
    }
    yield lines.join('');
  }
}

function* openMetricsText({ nodes, days }: Size): Generator<string> {
  const random = randomFrom(1);
  for (const metric of METRICS_READ) {
    yield `# TYPE ${metric.name.replace(/_total$/, '')} ${metric.type}\n`;
    for (let node = 0; node < nodes; node++) {
      yield* seriesText(metric.name, labelsOf(metric, node), days, random, mover(metric, random));
    }
  }
  yield '# TYPE up gauge\n';
  for (let node = 0; node < nodes; node++) {
    yield* seriesText(
      'up',
      `instance="node-${node}:24924",job="kubevigil",node="node-${node}"`,
      days,
      random,
      () => 1,
    );
  }
  yield '# EOF\n';
}

/** Writes OpenMetrics text for `promtool tsdb create-blocks-from openmetrics`: 6.9 M samples for 50 nodes and a day. */
export async function writeOpenMetrics(file: string, size: Size): Promise<void> {
  await pipeline(Readable.from(openMetricsText(size)), createWriteStream(file));
}
