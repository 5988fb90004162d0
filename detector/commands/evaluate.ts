import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { replaceDurably } from '../../common/durable-file.ts';
import { messageOf } from '../../common/errors.ts';
import type { Progress } from '../../common/progress.ts';
import { uninterrupted } from '../../common/uninterrupted.ts';
import type { ReadPlace } from '../../learning/foreign/read.ts';
import type { Dataset } from '../../learning/table/series.ts';
import { DetectorError } from '../base/errors.ts';
import { openDetector } from '../candidate/detector.ts';
import { type EvaluationOptions, evaluate } from '../evaluation/evaluate.ts';
import { evaluationPage } from '../evaluation/page.ts';
import type { Evaluation } from '../evaluation/result.ts';
import { checkFits } from './fits.ts';

/** Parts that are told besides reading, seeds and classes. */
const OTHER_UNITS = 6;

function write(folder: string, evaluation: Evaluation): void {
  try {
    mkdirSync(folder, { recursive: true });
    replaceDurably(join(folder, 'eval.html'), evaluationPage(evaluation));
    replaceDurably(join(folder, 'eval.json'), `${JSON.stringify(evaluation, undefined, 1)}\n`);
  } catch (error) {
    throw new DetectorError('output', `cannot write to ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * `evaluate`: judges a model by rows that it has never seen, and writes eval.json and eval.html.
 *
 * @param output a folder; the model's own by default
 * @returns the folder and the evaluation
 */
export async function runEvaluate(
  model: string,
  places: readonly string[],
  output: string | undefined,
  options: EvaluationOptions,
  progress: Progress,
  read: ReadPlace,
): Promise<{ readonly folder: string; readonly evaluation: Evaluation }> {
  const detector = await openDetector(model);
  try {
    const { candidate } = detector;
    const folder = output ?? join(candidate.place, 'evaluation');
    progress.start(places.length + OTHER_UNITS + options.seeds + candidate.model.classes.length);
    const datasets: Dataset[] = [];
    for (const place of places) {
      const dataset = await read(place);
      checkFits(detector, dataset);
      datasets.push(dataset);
      progress.done('reading', place);
    }
    const evaluation = await evaluate(detector, datasets, options, (what) => progress.done(what, what));
    uninterrupted(() => write(folder, evaluation));
    return { folder, evaluation };
  } finally {
    progress.stop();
    await detector.close();
  }
}
