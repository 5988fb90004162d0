import { Counter, Gauge, Registry } from 'prom-client';
import type { ClientEnd } from './client.ts';
import { GAP_REASONS, type GapReason } from './records.ts';

const MS_PER_SECOND = 1000;

/** What the stream reads off itself when it is scraped. */
export interface StreamState {
  readonly clients: () => number;
  readonly ringBytes: () => number;
  /** How long the next step's rows have been due, 0 while they are not. */
  readonly lagMs: () => number;
}

/** The stream about itself, as Prometheus metrics. */
export class StreamMetrics {
  readonly registry = new Registry();
  readonly #rows: Counter;
  readonly #gaps: Counter<'reason'>;
  readonly #dropped: Counter<'reason'>;
  readonly #refused: Counter;
  readonly #failures: Counter;
  readonly #lastStep: Gauge;
  readonly #labelsReadable: Gauge;
  readonly #lateEpisodes: Counter;

  constructor() {
    const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Counter<L>({ name: `kubevigil_stream_${name}`, help, labelNames, registers: [this.registry] });
    const gauge = (name: string, help: string) =>
      new Gauge({ name: `kubevigil_stream_${name}`, help, registers: [this.registry] });
    this.#rows = counter('rows_total', 'Rows of closed steps.');
    this.#gaps = counter('gaps_total', 'Gaps, by reason.', ['reason']);
    this.#dropped = counter('clients_dropped_total', 'Readers that were too slow.', ['reason']);
    this.#refused = counter('clients_refused_total', 'Readers beyond the limit.');
    this.#failures = counter('read_failures_total', 'Times that Prometheus could not be read.');
    this.#lateEpisodes = counter(
      'late_episodes_total',
      'Episodes that came after rows of theirs were final.',
    );
    this.#lastStep = gauge('last_closed_step_timestamp_seconds', 'The newest step whose rows are out.');
    this.#labelsReadable = gauge('labels_readable', 'Whether the label sources could be read last time.');
    this.#labelsReadable.set(1);
    for (const reason of GAP_REASONS) this.#gaps.inc({ reason }, 0);
    for (const reason of ['overtaken', 'stalled']) this.#dropped.inc({ reason }, 0);
  }

  /** Adds the gauges that are read off when a page is asked for. */
  observe({ clients, ringBytes, lagMs }: StreamState): void {
    const reading = (name: string, help: string, read: () => number) =>
      new Gauge({
        name: `kubevigil_stream_${name}`,
        help,
        registers: [this.registry],
        collect() {
          this.set(read());
        },
      });
    reading('clients', 'Readers that are connected.', clients);
    reading('ring_bytes', 'Memory that the records held for resuming take, at most.', ringBytes);
    reading(
      'lag_seconds',
      'How long the rows of the next step have been due.',
      () => lagMs() / MS_PER_SECOND,
    );
  }

  stepClosed(timeMs: number, rows: number): void {
    this.#rows.inc(rows);
    this.#lastStep.set(timeMs / MS_PER_SECOND);
  }

  gap(reason: GapReason): void {
    this.#gaps.inc({ reason });
  }

  clientEnded(reason: ClientEnd): void {
    if (reason !== 'closed') this.#dropped.inc({ reason });
  }

  clientRefused(): void {
    this.#refused.inc();
  }

  readFailed(): void {
    this.#failures.inc();
  }

  labelsRead(readable: boolean): void {
    this.#labelsReadable.set(readable ? 1 : 0);
  }

  lateEpisode(): void {
    this.#lateEpisodes.inc();
  }
}
