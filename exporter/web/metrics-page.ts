import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Scraper } from '../scrape/scrape.ts';
import { SeriesCap } from '../scrape/series-cap.ts';
import { type Family, familiesOf, renderExposition, WrittenPages } from './exposition.ts';
import type { ExpositionFormat } from './negotiation.ts';

/** A page of 6,000 series takes 1.2 ms and 37 KB at this level, 3.6 ms and 38 KB at zlib's own choice, 6. */
const GZIP_LEVEL = 1;

/** One turn of the event loop accepts a connection, the next one reads what came over it. */
const QUIET_TURNS = 2;
const MOST_GATHERING_MS = 20;

/** Pages of some extractors only that are made at the same time: there are as many as one can think of, and of the whole page few. */
const MOST_PARTIAL = 16;

/** Too many different pages are being made. */
export class TooManyPagesError extends Error {
  override readonly name = 'TooManyPagesError';
}

/** What a page depends on beside the moment. */
interface WantedPage {
  readonly deadlineMs: number;
  /** Names of the extractors to run; all by default. */
  readonly only: ReadonlySet<string> | undefined;
  readonly format: ExpositionFormat;
  readonly gzip: boolean;
}

/** A page in the making, and how many requests have asked for it so far. */
interface Rendering {
  requests: number;
  readonly page: Promise<Buffer>;
}

/**
 * Waits as long as more requests come. A collection that waits for nothing is over before the next request is looked at, however
 * many are there already, and they shall share it.
 */
async function gather(requests: () => number): Promise<void> {
  const until = performance.now() + MOST_GATHERING_MS;
  let quiet = 0;
  while (quiet < QUIET_TURNS && performance.now() < until) {
    const before = requests();
    await nextTurn();
    quiet = requests() === before ? quiet + 1 : 0;
  }
}

/**
 * Makes pages of metrics. Requests for the same page at the same time share one: two hundred of them cost one
 * rendering, and hold one page in memory, however slowly each is read. A page that cannot be made now rejects with
 * {@link TooManyPagesError}.
 *
 * @param extraFamilies come with every page, beside the extractors'
 */
export function metricsPages(
  scraper: Scraper,
  extraFamilies: () => readonly Family[],
): (wanted: WantedPage) => Promise<Buffer> {
  const cap = new SeriesCap();
  const before = new WrittenPages();
  const renderings = new Map<string, Rendering>();
  let partial = 0;

  async function render({ deadlineMs, only, format, gzip }: WantedPage): Promise<Buffer> {
    const samples = cap.apply(await scraper.scrape(deadlineMs, only));
    const text = await renderExposition([...familiesOf(samples), ...extraFamilies()], format, before);
    // Not in libuv's thread pool: a mount that hangs may have taken it.
    return gzip ? gzipSync(text, { level: GZIP_LEVEL }) : Buffer.from(text);
  }

  return async (wanted) => {
    const isPartial = wanted.only !== undefined;
    const key = JSON.stringify({ ...wanted, only: wanted.only && [...wanted.only].sort() });
    let rendering = renderings.get(key);
    if (rendering === undefined) {
      if (isPartial && partial >= MOST_PARTIAL)
        throw new TooManyPagesError(`${partial} pages are being made`);
      if (isPartial) partial++;
      const page = gather(() => renderings.get(key)?.requests ?? 0)
        .then(() => render(wanted))
        .finally(() => {
          renderings.delete(key);
          if (isPartial) partial--;
        });
      rendering = { requests: 0, page };
      renderings.set(key, rendering);
    }
    rendering.requests++;
    return rendering.page;
  };
}
