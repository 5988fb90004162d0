/** Ordinary use of the victim, so that normal time is not idle time. */
import { setMaxListeners } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export const MAX_REQUESTS_PER_SECOND = 200;
/** More answers than this are not waited for at once: a victim under attack is slow, and this must not become one. */
const MAX_PENDING = 16;
const ANSWER_MS = 5_000;
/** The rate swings by this part of it, once in such a time, as that of real users does. */
const SWING = 0.5;
const SWING_MS = 60_000;
const PATHS = ['/', '/', '/', '/items/1', '/items/2', '/items/3', '/search?q=lamp', '/search?q=chair'];

/**
 * When the next request comes after the one at `atMs`: as from many users who do not know of each other (Poisson).
 *
 * @internal exported for its own tests
 */
export function nextGapMs(requestsPerSecond: number, atMs: number, random: () => number): number {
  const rate = requestsPerSecond * (1 + SWING * Math.sin((2 * Math.PI * atMs) / SWING_MS));
  return (-Math.log(1 - random()) / rate) * 1000;
}

export class BackgroundLoad {
  readonly #victim: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_PENDING, timeout: ANSWER_MS });
  #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** @param victim such as `http://127.0.0.1:41234` */
  constructor(victim: string) {
    this.#victim = victim;
  }

  /** Asks at this rate for so long, in place of what was asked for before. */
  start(requestsPerSecond: number, durationMs: number): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    // Each answer that is waited for listens to it.
    setMaxListeners(2 * MAX_PENDING, this.#abort.signal);
    const { signal } = this.#abort;
    this.#running = this.#run(requestsPerSecond, performance.now() + durationMs, signal);
  }

  /** When the last answer to what `start` asked is there, or nobody waits for it any more. */
  get over(): Promise<void> {
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    this.#agent.destroy();
  }

  async #run(requestsPerSecond: number, untilMs: number, signal: AbortSignal): Promise<void> {
    const pending = new Set<Promise<void>>();
    while (!signal.aborted && performance.now() < untilMs) {
      const gapMs = nextGapMs(requestsPerSecond, performance.now(), Math.random);
      await sleep(gapMs, undefined, { signal }).catch(() => {});
      if (signal.aborted || pending.size >= MAX_PENDING) continue;
      const asked = this.#ask(signal).finally(() => pending.delete(asked));
      pending.add(asked);
    }
    await Promise.all(pending);
  }

  /** A request that fails is one that a user of a service under attack sees fail. */
  #ask(signal: AbortSignal): Promise<void> {
    const path = PATHS[Math.floor(Math.random() * PATHS.length)];
    return new Promise((resolve) => {
      get(`${this.#victim}${path}`, { agent: this.#agent, signal }, (response) => {
        response.resume().once('close', resolve);
      }).once('error', () => resolve());
    });
  }
}
