import type { TraceEvent } from './events.ts';
import type { EventListener } from './source.ts';

/** Enough for a scrape interval of bursts. */
const MOST_EVENTS = 65_536;

/**
 * Where events wait for somebody to come and read them; beyond its size further ones are dropped and counted.
 *
 * Nothing waits where somebody listens: an event that is handed on at once is garbage at once, which costs next to
 * nothing, while thousands that wait for a second are copied and then swept.
 */
export class EventQueue {
  dropped = 0;
  listener: EventListener | undefined;
  readonly #most: number;
  #events: TraceEvent[] = [];

  constructor(most = MOST_EVENTS) {
    this.#most = most;
  }

  add(event: TraceEvent): void {
    if (this.listener !== undefined) this.listener(event);
    else if (this.#events.length < this.#most) this.#events.push(event);
    else this.dropped += 1;
  }

  take(): TraceEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
