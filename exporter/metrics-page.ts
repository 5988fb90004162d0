import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Family, familiesOf, renderExposition, WrittenPages } from './exposition.ts';
import type { ExpositionFormat } from './negotiation.ts';
import type { Scraper } from './scrape.ts';
import { SeriesCap } from './series-cap.ts';

/** A page of 6,000 series takes 1.2 ms and 37 KB at this level, 3.6 ms and 38 KB at zlib's own choice, 6. */
const GZIP_LEVEL = 1;

/** What a page depends on beside the moment. */
interface WantedPage {
  readonly deadlineMs: number;
  /** Names of the extractors to run; all by default. */
  readonly only: ReadonlySet<string> | undefined;
  readonly format: ExpositionFormat;
  readonly gzip: boolean;
}

/**
 * Makes pages of metrics. Requests for the same page at the same time share one: two hundred of them cost one
 * rendering, and hold one page in memory, however slowly each is read.
 *
 * @param extraFamilies come with every page, beside the extractors'
 */
export function metricsPages(
  scraper: Scraper,
  extraFamilies: () => readonly Family[],
): (wanted: WantedPage) => Promise<Buffer> {
  const cap = new SeriesCap();
  const before = new WrittenPages();
  const rendering = new Map<string, Promise<Buffer>>();

  async function render({ deadlineMs, only, format, gzip }: WantedPage): Promise<Buffer> {
    // A collection that waits for nothing is over before the next request is looked at: those that are here already shall share it.
    await nextTurn();
    const samples = cap.apply(await scraper.scrape(deadlineMs, only));
    const text = await renderExposition([...familiesOf(samples), ...extraFamilies()], format, before);
    // Not in libuv's thread pool: a mount that hangs may have taken it.
    return gzip ? gzipSync(text, { level: GZIP_LEVEL }) : Buffer.from(text);
  }

  return (wanted) => {
    const key = JSON.stringify({ ...wanted, only: wanted.only && [...wanted.only] });
    let page = rendering.get(key);
    if (page === undefined) {
      page = render(wanted).finally(() => rendering.delete(key));
      rendering.set(key, page);
    }
    return page;
  };
}
