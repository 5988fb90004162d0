import { groupBy } from '../../common/collections.ts';
import { BuilderError } from '../../common/errors.ts';
import { wholeMs } from '../../common/ms.ts';
import { formatTime } from '../../common/times.ts';
import { isPlanned, type NodeRows } from '../../dataset/model/rows.ts';
import type { Plan } from '../plan/model.ts';
import { jobMatcher, selectorFor } from '../prometheus/selectors.ts';
import type { RawSeries, SampleSource, SeriesSelector } from '../samples/series.ts';

function oldest(series: readonly RawSeries[]): number {
  return Math.min(...series.map(({ timestampsMs }) => timestampsMs[0] ?? Number.POSITIVE_INFINITY));
}

/** What any row at all was made of: scrapes first, then every metric. */
function selectorsOf({ columns, config, jobs, shardMatchers }: Plan): SeriesSelector[] {
  const matchers = [...config.selector, ...shardMatchers];
  return [
    { metric: 'up', matchers: [jobMatcher(jobs), ...matchers] },
    ...[...groupBy(columns.filter(isPlanned), ({ metric }) => metric.name).values()].map((own) =>
      selectorFor(own, matchers),
    ),
  ];
}

/**
 * Makes sure that the samples have not been deleted that the rows after the watermark are made of: the earliest row
 * that is there and lies within their reach was made of a sample, which must still be found.
 *
 * @param last rows of the dataset's last day
 * @throws {BuilderError} `data`, naming the retention gap
 */
export async function checkRetention(
  source: SampleSource,
  plan: Plan,
  watermarkMs: number,
  last: readonly NodeRows[],
): Promise<void> {
  const fromMs = wholeMs(watermarkMs - plan.leadInMs);
  const within = last.flatMap(({ timesMs }) => timesMs.find((t) => t > fromMs + plan.freshnessMs) ?? []);
  const earliestRowMs = Math.min(...within);
  // Nothing was scraped in all that time: then no sample can be missing.
  if (within.length === 0) return;
  let oldestMs = Number.POSITIVE_INFINITY;
  for (const selector of selectorsOf(plan)) {
    oldestMs = Math.min(oldestMs, oldest(await source.read(selector, fromMs, plan.lastMs)));
    if (oldestMs <= earliestRowMs) return;
  }
  const found = Number.isFinite(oldestMs) ? `the oldest is from ${formatTime(oldestMs)}` : 'there is none';
  const holeEndMs = Math.min(oldestMs, plan.lastMs);
  throw new BuilderError(
    'data',
    `the dataset ends at ${formatTime(watermarkMs)}, and Prometheus no longer has all samples that the next rows are made of (from ${formatTime(fromMs)} on; ${found}): there is a retention gap until ${formatTime(holeEndMs)}. Build another dataset from then on, in another folder, and let Prometheus keep samples longer than updates are apart`,
  );
}
