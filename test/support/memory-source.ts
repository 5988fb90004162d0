import type { TraceEvent } from '../../exporter/tracing/events.ts';
import type { ExecSource, ExecStats } from '../../exporter/tracing/source.ts';

/** A source of events that a test fills: what the kernel would have told. */
export class MemorySource implements ExecSource {
  events: TraceEvent[] = [];
  failure: Error | undefined;
  totals: ExecStats = { execs: 0, lost: 0, unattributed: 0, startsObserved: 0 };

  drain(): TraceEvent[] {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    return this.events.splice(0);
  }

  stats(): ExecStats {
    return this.totals;
  }

  close(): void {}
}
