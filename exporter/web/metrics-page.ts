import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Scraper } from '../scrape/scrape.ts';
import { SeriesCap } from '../scrape/series-cap.ts';
import { type Family, familiesOf, renderExposition, WrittenPages } from './exposition.ts';
import type { ExpositionFormat } from './negotiation.ts';
import { Turns } from './turns.ts';

/** A page of 6,000 series takes 1.2 ms and 37 KB at this level, 3.6 ms and 38 KB at zlib's own choice, 6. */
const GZIP_LEVEL = 1;

/** One turn of the event loop accepts a connection, the next one reads what came over it. */
const QUIET_TURNS = 2;
const MOST_GATHERING_MS = 20;

/** Pages of some extractors only that are made at the same time, each waiting for one of them: there are as many as one can think of, and of the whole page few. */
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

/** A page that one source waits for. */
interface Waiting {
  readonly line: string;
  readonly page: Promise<Buffer>;
  /** Gives it a page that is made for another who asked for the same. */
  adopt(page: Promise<Buffer>): void;
}

/** Node 20 has no Promise.withResolvers. */
function withResolvers<T>() {
  let resolve!: (value: T | Promise<T>) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
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
 * Makes pages of metrics, one after the other. Requests for the same page share one: two hundred of them cost one
 * rendering, and hold one page in memory, however slowly each is read. Those for different ones are met by turns of their sources, so that nobody
 * waits for all that another thinks of. A page that cannot be made now rejects with {@link TooManyPagesError}.
 *
 * @param extraFamilies come with every page, beside the extractors'
 */
export function metricsPages(
  scraper: Scraper,
  extraFamilies: () => readonly Family[],
): (wanted: WantedPage, source?: string) => Promise<Buffer> {
  const cap = new SeriesCap();
  const before = new WrittenPages();
  const turns = new Turns();
  const making = new Map<string, Rendering>();
  const waiting = new Map<string, Waiting[]>();

  async function render({ deadlineMs, only, format, gzip }: WantedPage, untilMs: number): Promise<Buffer> {
    const leftMs = Math.min(deadlineMs, Math.max(1, untilMs - performance.now()));
    const samples = cap.apply(await scraper.scrape(leftMs, only));
    const text = await renderExposition([...familiesOf(samples), ...extraFamilies()], format, before);
    // Not in libuv's thread pool: a mount that hangs may have taken it.
    return gzip ? gzipSync(text, { level: GZIP_LEVEL }) : Buffer.from(text);
  }

  /** Makes a page for everybody who waits for it. */
  function make(key: string, wanted: WantedPage, untilMs: number): Promise<Buffer> {
    const page = gather(() => making.get(key)?.requests ?? 0)
      .then(() => render(wanted, untilMs))
      .finally(() => making.delete(key));
    making.set(key, { requests: 0, page });
    for (const one of waiting.get(key) ?? []) one.adopt(page);
    waiting.delete(key);
    return page;
  }

  function wait(key: string, line: string, wanted: WantedPage): Promise<Buffer> {
    const { promise: page, resolve, reject } = withResolvers<Buffer>();
    const untilMs = performance.now() + wanted.deadlineMs;
    const isWaiting = () => waiting.get(key)?.includes(own) ?? false;
    const own: Waiting = { line, page, adopt: resolve };
    waiting.set(key, [...(waiting.get(key) ?? []), own]);
    turns.put(line, {
      isOver: () => !isWaiting(),
      take: () => make(key, wanted, untilMs),
      refuse: () => {
        const others = (waiting.get(key) ?? []).filter((one) => one !== own);
        if (others.length > 0) waiting.set(key, others);
        else waiting.delete(key);
        // Whoever has adopted a page has it.
        reject(new TooManyPagesError('too many different pages are being made'));
      },
    });
    return page;
  }

  return async (wanted, source = '') => {
    const isPartial = wanted.only !== undefined;
    const key = JSON.stringify({ ...wanted, only: wanted.only && [...wanted.only].sort() });
    const rendering = making.get(key);
    if (rendering !== undefined) {
      rendering.requests++;
      return rendering.page;
    }
    // However many parts a source asks for, its whole page has a turn of its own.
    const line = `${isPartial ? 'parts' : 'whole'} ${source}`;
    const same = waiting.get(key)?.find((one) => one.line === line);
    if (same !== undefined) return same.page;
    if (isPartial && making.size >= MOST_PARTIAL)
      throw new TooManyPagesError(`${making.size} pages are being made`);
    return wait(key, line, wanted);
  };
}
