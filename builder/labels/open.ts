import { type Ms, wholeMs } from '../../common/ms.ts';
import type { BuildConfig } from '../config/schema.ts';
import { configuredSource } from '../label-sources/configured.ts';
import type { LabelSet } from '../label-sources/label-set.ts';
import type { OpenLabels } from '../label-sources/source.ts';
import type { Pseudonyms } from '../names/pseudonyms.ts';
import type { SampleSource } from '../samples/series.ts';
import { joinSources } from './merge-sources.ts';

/** For which rows labels are read. */
interface LabelledTime {
  /** First and last row's time, multiples of the step. */
  readonly firstMs: Ms;
  readonly lastMs: Ms;
  readonly stepMs: Ms;
  readonly longestWindowMs: Ms;
  readonly freshnessMs: Ms;
}

/** Reads the labels of all sources, once it is known for which time. */
export type ReadAllLabels = (source: SampleSource, time: LabelledTime, nowMs: Ms) => Promise<LabelSet[]>;

/**
 * Opens the label sources: files are read at once, so that what is wrong with them shows before anything is asked of a server.
 *
 * @returns undefined when there is no label source
 * @throws {BuilderError} `labels`
 */
export function openSources(
  { labels, clusterLabel }: Pick<BuildConfig, 'labels' | 'clusterLabel'>,
  pseudonyms?: Pseudonyms,
): OpenLabels[] | undefined {
  return labels?.map((source) => configuredSource(source).open({ clusterLabel, pseudonyms }));
}

/**
 * Opens the label sources for a build.
 *
 * @returns undefined when there is no label source
 * @throws {BuilderError} `labels`
 */
export function openLabels(
  config: Pick<BuildConfig, 'labels' | 'clusterLabel'>,
  pseudonyms?: Pseudonyms,
): ReadAllLabels | undefined {
  const sources = openSources(config, pseudonyms);
  if (sources === undefined) return undefined;
  return async (samples, { firstMs, lastMs, stepMs, longestWindowMs, freshnessMs }, nowMs) => {
    // An episode that was over this long before the first row is forgotten by then.
    const beforeSteps = Math.ceil(longestWindowMs / stepMs) + 1;
    const fromMs = wholeMs(firstMs - beforeSteps * stepMs - freshnessMs);
    const query = { samples, times: { fromMs, lastMs, nowMs, freshnessMs }, stepMs };
    const sets: LabelSet[] = [];
    for (const { read } of sources) sets.push(await read(query));
    return joinSources(sets, stepMs);
  };
}
