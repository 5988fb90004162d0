import type { ReadPlace } from '../../learning/foreign/read.ts';
import type { Series } from '../../learning/table/series.ts';
import type { Scored } from '../calibration/scored-rows.ts';
import { type Detector, openDetector } from '../candidate/detector.ts';
import { NodeFeatures } from '../features/node-features.ts';
import { stacked, valuesAt } from '../samples/gather.ts';
import { checkFits } from './fits.ts';

/** Digits of a p-value or a probability. */
const DIGITS = 6;

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** A line of what a row comes to; null and nothing while the node's past is learned. */
function line(
  { entity }: Series,
  timeMs: number,
  scored: Scored | undefined,
  classes: readonly string[],
): string {
  const { cluster, node, namespace, pod } = entity;
  const place = {
    timestamp: new Date(timeMs).toISOString(),
    cluster,
    node,
    ...(pod !== undefined && { namespace, pod }),
  };
  if (scored === undefined) return JSON.stringify({ ...place, state: 'learning', score: null });
  const { score, pValues, probabilities } = scored;
  const byName = (entries: [string, number][]) =>
    Object.fromEntries(entries.map(([name, value]) => [name, rounded(value)]));
  return JSON.stringify({
    ...place,
    state: 'watching',
    score: rounded(score),
    p_values: byName(Object.entries(pValues)),
    classes: byName(probabilities.map((value, i) => [classes[i] ?? 'unknown', value])),
  });
}

/** Scores one node's rows, as lines. */
async function linesOf(detector: Detector, series: Series, kept: readonly number[]): Promise<string> {
  const { plan, model } = detector.candidate;
  const node = new NodeFeatures(plan);
  const all = Array.from(series.timesMs, (timeMs, row) => node.next(timeMs, valuesAt(series, kept, row)));
  const ready = all.filter((inputs) => inputs !== undefined);
  const scored = await detector.score(stacked(ready, plan));
  let next = 0;
  return all
    .map((own, row) => {
      const result = own === undefined ? undefined : scored.at(next++);
      return `${line(series, series.timesMs[row] as number, result, model.classes)}\n`;
    })
    .join('');
}

/** `score`: judges every row of a dataset; NDJSON, node after node in the order of time. */
export async function runScore(
  model: string,
  place: string,
  write: (text: string) => Promise<void>,
  read: ReadPlace,
): Promise<void> {
  const detector = await openDetector(model);
  try {
    const dataset = await read(place);
    checkFits(detector, dataset);
    const names = dataset.columns.map(({ name }) => name);
    const kept = detector.candidate.plan.columns.map((column) => names.indexOf(column));
    for (const series of dataset.series) await write(await linesOf(detector, series, kept));
  } finally {
    await detector.close();
  }
}
