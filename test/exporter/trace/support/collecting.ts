import type { TraceEvent } from '../../../../exporter/trace/events/events.ts';
import type { EventListener, ExecSource } from '../../../../exporter/trace/events/source.ts';

/** A source whose events wait until a test comes for them. */
export interface CollectingSource extends Omit<ExecSource, 'drain'> {
  drain(): TraceEvent[];
}

/** Opens a source, and collects its events. */
export function collecting(open: (listener: EventListener) => ExecSource): CollectingSource {
  const events: TraceEvent[] = [];
  const source = open((event) => events.push(event));
  return {
    unseen: source.unseen,
    drain() {
      source.drain();
      return events.splice(0);
    },
    launchOf: (injection) => source.launchOf(injection),
    stats: () => source.stats(),
    close: () => source.close(),
  };
}
