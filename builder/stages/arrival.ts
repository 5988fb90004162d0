import { formatDuration } from '../../common/duration.ts';
import type { Logger } from '../../common/log.ts';
import { MS_PER_SECOND, type Ms, wholeMs } from '../../common/ms.ts';
import type { Plan } from '../plan/model.ts';
import { jobMatcher } from '../prometheus/selectors.ts';
import type { RawSeries, SampleSource } from '../samples/series.ts';

const BACK_MS = 300_000;
/** A scrape can be late by itself. */
const TOLERANCE_MS = 1_000;

/**
 * How late samples come to the server: by how much more than a scrape interval ago the newest one of half of the targets
 * was taken. Undefined without any.
 *
 * @internal exported for its own tests
 */
export function latenessMs(up: readonly RawSeries[], nowMs: Ms, intervalMs: Ms): number | undefined {
  const late = up.flatMap(({ timestampsMs }) => {
    const newestMs = timestampsMs.at(-1);
    return newestMs === undefined ? [] : Math.max(0, nowMs - newestMs - intervalMs);
  });
  return late.sort((a, b) => a - b)[Math.floor((late.length - 1) / 2)];
}

/**
 * Warns when steps close before their samples have come, as behind a remote write that sends a few times a minute: such
 * rows lack what comes later.
 */
export async function warnOfLateness(
  source: SampleSource,
  { jobs, config, delayMs, lastMs, scrapeIntervalMs, stepMs }: Plan,
  nowMs: Ms,
  log: Logger,
): Promise<void> {
  // What is long over has come by now.
  if (nowMs - lastMs > BACK_MS + delayMs + stepMs) return;
  const selector = { metric: 'up', matchers: [jobMatcher(jobs), ...config.selector] };
  const up = await source.read(selector, wholeMs(nowMs - BACK_MS), nowMs);
  const lateMs = latenessMs(up, nowMs, scrapeIntervalMs);
  if (lateMs === undefined || lateMs <= delayMs + Math.max(TOLERANCE_MS, scrapeIntervalMs / 2)) return;
  const neededMs = Math.ceil(lateMs / MS_PER_SECOND) * MS_PER_SECOND;
  log.warn('samples come to the server later than steps close: say a longer --delay', {
    late: formatDuration(lateMs),
    delay: formatDuration(delayMs),
    needed: formatDuration(neededMs),
  });
}
