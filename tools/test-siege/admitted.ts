/** Clients that may scrape, and keep how long each answer took. */
import { get as getHttp, Agent as HttpAgent } from 'node:http';
import { get as getHttps, Agent as HttpsAgent } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** As Prometheus' own default: an answer that takes longer is none. */
export const TIMEOUT_S = 10;

/** Where the exporter is, and what opens it. */
export interface Door {
  readonly url: string;
  readonly ca: string | undefined;
  /** The `Authorization` header; undefined where everybody may. */
  readonly rights: string | undefined;
}

export interface Scrape {
  /** When it began, on performance.now()'s clock. */
  readonly atMs: number;
  readonly ms: number;
  /** Undefined when the whole page came in time. */
  readonly failure: string | undefined;
}

function fetchPage({ url, ca, rights }: Door, agent: HttpAgent | HttpsAgent): Promise<string> {
  const headers = {
    Accept: 'text/plain;version=0.0.4',
    'X-Prometheus-Scrape-Timeout-Seconds': String(TIMEOUT_S),
    ...(rights === undefined ? {} : { Authorization: rights }),
  };
  const signal = AbortSignal.timeout(TIMEOUT_S * 1_000);
  return new Promise((resolve, reject) => {
    const get = ca === undefined ? getHttp : getHttps;
    get(url, { agent, headers, signal, ...(ca === undefined ? {} : { ca }) }, (response) => {
      text(response).then((page) => {
        if (response.statusCode === 200) resolve(page);
        else reject(new Error(`${response.statusCode} ${page.trim()}`));
      }, reject);
    }).once('error', reject);
  });
}

/** Scrapes at fixed times, one scrape after the other. */
export class Admitted {
  readonly name: string;
  readonly scrapes: Scrape[] = [];
  readonly #door: Door;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #onPage: (page: string) => void;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  /** @param keepAlive whether it keeps its connection, as Prometheus does, or comes anew each time */
  constructor(door: Door, keepAlive: boolean, onPage: (page: string) => void = () => {}) {
    this.name = keepAlive ? 'keeps its connection' : 'comes anew';
    this.#door = door;
    const Agent = door.ca === undefined ? HttpAgent : HttpsAgent;
    this.#agent = new Agent({ keepAlive, maxSockets: 1 });
    this.#onPage = onPage;
  }

  start(intervalMs: number): void {
    this.#running = this.#run(intervalMs);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#agent.destroy();
  }

  async scrape(): Promise<string | undefined> {
    const atMs = performance.now();
    const done = (failure?: string) => this.scrapes.push({ atMs, ms: performance.now() - atMs, failure });
    try {
      const page = await fetchPage(this.#door, this.#agent);
      done();
      this.#onPage(page);
      return page;
    } catch (error) {
      done(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  async #run(intervalMs: number): Promise<void> {
    const { signal } = this.#stopping;
    for (let at = performance.now(); !signal.aborted; at = Math.max(at + intervalMs, performance.now())) {
      await sleep(Math.max(0, at - performance.now()), undefined, { signal }).catch(() => {});
      if (!signal.aborted) await this.scrape();
    }
  }
}
