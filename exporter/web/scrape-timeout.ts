/** How long a scrape may take when the caller does not say, as Prometheus' own default. */
const DEFAULT_S = 10;

/** What is left for writing and sending the page: at most half a second, and a fifth of a short timeout. */
const MARGIN_MS = 500;
const MARGIN_SHARE = 0.2;

const LEAST_S = 0.001;
/** Timeouts that are told apart, as people set them, in seconds: requests whose timeouts differ by less share a page. */
const TIMEOUTS = [LEAST_S, 0.01, 0.1, 0.5, 1, 2, 3, 5, 10, 15, 30, 60];

/**
 * The time for collecting, from the header X-Prometheus-Scrape-Timeout-Seconds.
 *
 * @returns milliseconds, one of a few values; never more than the caller has, but for a millisecond at least
 */
export function collectionDeadlineMs(header: string | undefined): number {
  const seconds = Number(header ?? '');
  const asked = Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_S;
  const timeoutMs = (TIMEOUTS.findLast((timeout) => timeout <= asked) ?? LEAST_S) * 1e3;
  return timeoutMs - Math.min(MARGIN_MS, timeoutMs * MARGIN_SHARE);
}
