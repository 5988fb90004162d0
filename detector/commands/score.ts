import { formatDuration } from '../../common/duration.ts';
import { DetectorError } from '../base/errors.ts';
import { emptyMatrix } from '../base/matrix.ts';
import { type Detector, openDetector, type Scored } from '../candidate/detector.ts';
import { NodeFeatures } from '../features/node-features.ts';
import { valuesAt } from '../samples/gather.ts';
import { readDataset } from '../table/read-dataset.ts';
import type { Dataset, Series } from '../table/series.ts';

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

/** Refuses a dataset whose columns or step the model does not know. */
function checkFits({ candidate: { plan } }: Detector, { name, columns, stepMs }: Dataset): void {
  const known = new Set(columns.map((column) => column.name));
  const absent = plan.columns.filter((column) => !known.has(column));
  if (absent.length > 0) {
    const more = absent.length > 1 ? ` and ${absent.length - 1} more` : '';
    throw new DetectorError(
      'data',
      `${name} has no column ${absent[0]}${more}, which the model was trained with: build it with the same columns`,
    );
  }
  if (stepMs !== plan.stepMs) {
    const [own, wanted] = [stepMs, plan.stepMs].map(formatDuration);
    throw new DetectorError(
      'data',
      `${name} has a row each ${own}, the model was trained with ${wanted}: build it with that step`,
    );
  }
}

/** Scores one node's rows, as lines. */
async function linesOf(detector: Detector, series: Series, kept: readonly number[]): Promise<string> {
  const { plan, model } = detector.candidate;
  const node = new NodeFeatures(plan);
  const all = Array.from(series.timesMs, (timeMs, row) => node.next(timeMs, valuesAt(series, kept, row)));
  const ready = all.filter((inputs) => inputs !== undefined);
  const features = emptyMatrix(ready.length, model.features.length);
  ready.forEach((own, i) => void features.values.set(own.features, i * features.columns));
  const scored = await detector.score(features);
  let next = 0;
  return all
    .map((own, row) => {
      const result = own === undefined ? undefined : scored[next++];
      return `${line(series, series.timesMs[row] as number, result, model.classes)}\n`;
    })
    .join('');
}

/** `score`: judges every row of a dataset; NDJSON, node after node in the order of time. */
export async function runScore(
  model: string,
  place: string,
  write: (text: string) => Promise<void>,
): Promise<void> {
  const detector = await openDetector(model);
  try {
    const dataset = await readDataset(place);
    checkFits(detector, dataset);
    const names = dataset.columns.map(({ name }) => name);
    const kept = detector.candidate.plan.columns.map((column) => names.indexOf(column));
    for (const series of dataset.series) await write(await linesOf(detector, series, kept));
  } finally {
    await detector.close();
  }
}
