/** How long a scrape may take when the caller does not say, as Prometheus' own default. */
const DEFAULT_MS = 10_000;

/** What is left for writing and sending the page: at most half a second, and a fifth of a short timeout. */
const MARGIN_MS = 500;
const MARGIN_SHARE = 0.2;

/**
 * The time for collecting, from the header X-Prometheus-Scrape-Timeout-Seconds.
 *
 * @returns milliseconds
 */
export function collectionDeadlineMs(header: string | undefined): number {
  const seconds = Number(header ?? '');
  const timeoutMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1e3 : DEFAULT_MS;
  return timeoutMs - Math.min(MARGIN_MS, timeoutMs * MARGIN_SHARE);
}
