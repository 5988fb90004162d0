import type { TraceEvent } from './events.ts';

/** Enough for a scrape interval of bursts. */
const MOST_EVENTS = 65_536;

/** Events kept until somebody comes to read them; beyond its size further ones are dropped and counted. */
export class EventQueue {
  dropped = 0;
  readonly #most: number;
  #events: TraceEvent[] = [];

  constructor(most = MOST_EVENTS) {
    this.#most = most;
  }

  add(events: readonly TraceEvent[]): void {
    const room = this.#most - this.#events.length;
    this.dropped += Math.max(0, events.length - room);
    for (const event of events.slice(0, room)) this.#events.push(event);
  }

  take(): TraceEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
