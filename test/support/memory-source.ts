import type { Injection } from '../../exporter/trace/descent/program.ts';
import type { TraceEvent } from '../../exporter/trace/events/events.ts';
import type { EventListener, ExecSource, ExecStats } from '../../exporter/trace/events/source.ts';
import type { Launch } from '../../exporter/trace/launches/launch.ts';
import type { OpenedSource } from '../../exporter/trace/open-source.ts';

/** A source of events that a test fills: what the kernel would have told. */
export class MemorySource implements ExecSource {
  events: TraceEvent[] = [];
  unseen: ExecSource['unseen'] = new Set();
  failure: Error | undefined;
  polledBecause: OpenedSource['polledBecause'];
  totals: ExecStats = { execs: 0, lost: 0, unattributed: 0, startsObserved: 0 };

  #listener: EventListener | undefined;

  /** As ProcessEvents opens its source. */
  readonly open = (listener: EventListener): OpenedSource => {
    this.#listener = listener;
    return { source: this, polledBecause: this.polledBecause };
  };

  drain(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    for (const event of this.events.splice(0)) this.#listener?.(event);
  }

  /** What runtimes were told, by the process that was asked. */
  launches = new Map<number, Launch>();

  async launchOf({ launcher = 0 }: Injection): Promise<Launch | undefined> {
    return this.launches.get(launcher);
  }

  stats(): ExecStats {
    return this.totals;
  }

  close(): void {}
}
