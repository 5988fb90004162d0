import type { Logger } from '../../common/log.ts';
import type { Progress } from '../../common/progress.ts';
import { uninterrupted } from '../../common/uninterrupted.ts';
import type { ReadPlace } from '../../learning/foreign/read.ts';
import type { Dataset } from '../../learning/table/series.ts';
import { makeModelsFolder, writeCandidate } from '../candidate/write.ts';
import { MOST_TOLD } from '../training/fit.ts';
import { train } from '../training/train.ts';

/** Putting datasets together, features, calibration. */
const OTHER_UNITS = 3;

/**
 * `train`: reads datasets and writes a candidate.
 *
 * @param models the folder that candidates stand in
 * @returns the candidate's folder
 */
export async function runTrain(
  places: readonly string[],
  models: string,
  seed: number,
  log: Logger,
  progress: Progress,
  read: ReadPlace,
): Promise<string> {
  makeModelsFolder(models);
  progress.start(places.length + MOST_TOLD + OTHER_UNITS);
  try {
    const datasets: Dataset[] = [];
    for (const place of places) {
      datasets.push(await read(place));
      progress.done('reading', place);
    }
    const { name, model, contents } = await train(datasets, seed, (what) => progress.done(what, what));
    for (const column of model.constantColumns) log.info(`${column} never moves: it is left out`);
    return uninterrupted(() => writeCandidate(models, name, contents));
  } finally {
    progress.stop();
  }
}
