import { type Ms, wholeMs } from '../../common/ms.ts';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.ts';
import type { SampleSource } from '../samples/series.ts';
import { fileLabels } from './file.ts';
import { joinSources } from './merge-sources.ts';
import { type LabelTimes, metricLabels } from './metric.ts';
import type { LabelSet } from './model.ts';
import { promqlLabels } from './promql.ts';
import type { LabelSource } from './sources.ts';

/** For which rows labels are read. */
interface LabelledTime {
  /** First and last row's time, multiples of the step. */
  readonly firstMs: Ms;
  readonly lastMs: Ms;
  readonly stepMs: Ms;
  readonly longestWindowMs: Ms;
  readonly freshnessMs: Ms;
}

/** Reads the sources that are no files, once it is known for which time. */
export type ReadLabels = (source: SampleSource, time: LabelledTime, nowMs: Ms) => Promise<LabelSet[]>;

/**
 * Opens the label sources: files are read at once, so that what is wrong with them shows before anything is asked of
 * a server.
 *
 * @returns undefined when there is no label source
 * @throws {BuilderError} `labels`
 */
export function openLabels(
  sources: readonly LabelSource[] | undefined,
  pseudonyms?: Pseudonyms,
): ReadLabels | undefined {
  if (sources === undefined) return undefined;
  const files = sources.map((source) =>
    'episodes' in source ? fileLabels(source.episodes, pseudonyms) : undefined,
  );
  return async (samples, { firstMs, lastMs, stepMs, longestWindowMs, freshnessMs }, nowMs) => {
    // An episode that was over this long before the first row is forgotten by then.
    const beforeSteps = Math.ceil(longestWindowMs / stepMs) + 1;
    const earliestMs = wholeMs(firstMs - beforeSteps * stepMs);
    const times: LabelTimes = { fromMs: wholeMs(earliestMs - freshnessMs), lastMs, nowMs, freshnessMs };
    const sets: LabelSet[] = [];
    for (const [i, source] of sources.entries()) {
      const file = files[i];
      if (file !== undefined) sets.push(file);
      else if ('metric' in source) sets.push(await metricLabels(source.metric, samples, times));
      else if ('promql' in source)
        sets.push(await promqlLabels(source, samples, { firstMs: earliestMs, lastMs, stepMs }));
    }
    return joinSources(sets, stepMs);
  };
}
