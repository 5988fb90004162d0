import type { TraceEvent } from '../../exporter/trace/events/events.ts';
import type { EventListener, ExecSource, ExecStats } from '../../exporter/trace/events/source.ts';

/** A source of events that a test fills: what the kernel would have told. */
export class MemorySource implements ExecSource {
  events: TraceEvent[] = [];
  unseen: ExecSource['unseen'] = new Set();
  failure: Error | undefined;
  totals: ExecStats = { execs: 0, lost: 0, unattributed: 0, startsObserved: 0 };

  #listener: EventListener | undefined;

  listen(listener: EventListener): void {
    this.#listener = listener;
  }

  drain(): TraceEvent[] {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    const events = this.events.splice(0);
    if (this.#listener === undefined) return events;
    for (const event of events) this.#listener(event);
    return [];
  }

  stats(): ExecStats {
    return this.totals;
  }

  close(): void {}
}
