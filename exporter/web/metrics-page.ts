import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Scraper } from '../scrape/scrape.ts';
import { SeriesCap } from '../scrape/series-cap.ts';
import { type ExemplarOf, type Family, familiesOf, renderExposition, WrittenPages } from './exposition.ts';
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

/** A collection for which one source waits. */
interface Waiting {
  readonly source: string;
  readonly collection: Promise<Collection>;
  /** Gives it one that is made for another who asked for the same. */
  adopt(collection: Collection): void;
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

/** What is collected once, and the pages that are made of it: each once, however many ask for it. */
class Collection {
  requests = 0;
  readonly #families: Promise<readonly Family[]>;
  readonly #before: WrittenPages;
  readonly #exemplarOf: ExemplarOf | undefined;
  readonly #texts = new Map<ExpositionFormat, Promise<string>>();
  readonly #pages = new Map<string, Promise<Buffer>>();

  /** @param collect begins when no more requests come */
  constructor(
    collect: () => Promise<readonly Family[]>,
    before: WrittenPages,
    exemplarOf: ExemplarOf | undefined,
  ) {
    this.#exemplarOf = exemplarOf;
    this.#families = gather(() => this.requests).then(collect);
    this.#before = before;
  }

  page({ format, gzip }: WantedPage): Promise<Buffer> {
    this.requests++;
    const key = `${format} ${gzip}`;
    const page = this.#pages.get(key) ?? this.#make(format, gzip);
    this.#pages.set(key, page);
    return page;
  }

  /** When all pages are made that were asked for until then. */
  async over(): Promise<void> {
    await this.#families;
    await Promise.all(this.#pages.values());
  }

  async #make(format: ExpositionFormat, gzip: boolean): Promise<Buffer> {
    const known = this.#texts.get(format);
    const render = (families: readonly Family[]) =>
      renderExposition(families, format, this.#before, this.#exemplarOf);
    const text = known ?? this.#families.then(render);
    this.#texts.set(format, text);
    // Not in libuv's thread pool: a mount that hangs may have taken it.
    return gzip ? gzipSync(await text, { level: GZIP_LEVEL }) : Buffer.from(await text);
  }
}

/**
 * Makes pages of metrics, one collection after the other. Requests for the same page share one: two hundred of them cost one
 * rendering, and hold one page in memory, however slowly each is read. There are as many whole pages as there are timeouts and forms, which is
 * few, and none is refused; parts of it are made in between, by turns of those who ask, and one that is too many rejects with
 * {@link TooManyPagesError}.
 *
 * @param extraFamilies come with every page, beside the extractors'
 * @param exemplarOf exemplars of the counters of rules, where the format has them
 */
export function metricsPages(
  scraper: Scraper,
  extraFamilies: () => readonly Family[],
  exemplarOf?: ExemplarOf,
): (wanted: WantedPage, source?: string) => Promise<Buffer> {
  const cap = new SeriesCap();
  const before = new WrittenPages();
  const turns = new Turns();
  const making = new Map<string, Collection>();
  const waiting = new Map<string, Waiting[]>();

  async function collect({ deadlineMs, only }: WantedPage, untilMs: number): Promise<readonly Family[]> {
    const leftMs = Math.min(deadlineMs, Math.max(1, untilMs - performance.now()));
    const samples = cap.apply(await scraper.scrape(leftMs, only));
    return [...familiesOf(samples), ...extraFamilies()];
  }

  /** Begins a collection for everybody who waits for it. */
  function begin(key: string, wanted: WantedPage, untilMs: number): Promise<void> {
    const collection = new Collection(() => collect(wanted, untilMs), before, exemplarOf);
    making.set(key, collection);
    for (const one of waiting.get(key) ?? []) one.adopt(collection);
    waiting.delete(key);
    return collection.over().finally(() => making.delete(key));
  }

  function wait(key: string, source: string, wanted: WantedPage): Promise<Collection> {
    const { promise: collection, resolve, reject } = withResolvers<Collection>();
    const untilMs = performance.now() + wanted.deadlineMs;
    const own: Waiting = { source, collection, adopt: resolve };
    waiting.set(key, [...(waiting.get(key) ?? []), own]);
    const turn = {
      isOver: () => !waiting.get(key)?.includes(own),
      take: () => begin(key, wanted, untilMs),
      refuse() {
        const others = waiting.get(key)?.filter((one) => one !== own) ?? [];
        if (others.length > 0) waiting.set(key, others);
        else waiting.delete(key);
        // Whoever has adopted a collection has it.
        reject(new TooManyPagesError('too many different pages are being made'));
      },
    };
    if (wanted.only === undefined) turns.putFirst(turn);
    else turns.put(source, turn);
    return collection;
  }

  return async (wanted, source = '') => {
    const { deadlineMs, only } = wanted;
    const key = JSON.stringify({ deadlineMs, only: only && [...only].sort() });
    const known = making.get(key);
    if (known !== undefined) return known.page(wanted);
    if (only !== undefined && making.size >= MOST_PARTIAL)
      throw new TooManyPagesError(`${making.size} pages are being made`);
    const same = waiting.get(key)?.find((one) => only === undefined || one.source === source);
    const collection = await (same?.collection ?? wait(key, source, wanted));
    return collection.page(wanted);
  };
}
