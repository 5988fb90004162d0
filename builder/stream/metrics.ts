import { Counter, Gauge, Registry } from 'prom-client';
import { MS_PER_SECOND } from '../../common/ms.ts';
import type { ClientEnd } from '../../common/stream/client.ts';
import type { ProgramMetric } from '../../exporter/catalogue/model/program-metric.ts';
import { streamMetrics } from '../../exporter/catalogue/programs/stream.ts';
import { GAP_REASONS, type GapReason } from './records.ts';

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
    const registers = [this.registry];
    const counter = <L extends string>({ name, help, labels }: ProgramMetric<L>) =>
      new Counter<L>({ name, help, labelNames: labels, registers });
    const gauge = ({ name, help }: ProgramMetric) => new Gauge({ name, help, registers });
    this.#rows = counter(streamMetrics.rows);
    this.#gaps = counter(streamMetrics.gaps);
    this.#dropped = counter(streamMetrics.clientsDropped);
    this.#refused = counter(streamMetrics.clientsRefused);
    this.#failures = counter(streamMetrics.readFailures);
    this.#lateEpisodes = counter(streamMetrics.lateEpisodes);
    this.#lastStep = gauge(streamMetrics.lastClosedStep);
    this.#labelsReadable = gauge(streamMetrics.labelsReadable);
    this.#labelsReadable.set(1);
    for (const reason of GAP_REASONS) this.#gaps.inc({ reason }, 0);
    for (const reason of ['overtaken', 'stalled']) this.#dropped.inc({ reason }, 0);
  }

  /** Adds the gauges that are read off when a page is asked for. */
  observe({ clients, ringBytes, lagMs }: StreamState): void {
    const reading = ({ name, help }: ProgramMetric, read: () => number) =>
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(read());
        },
      });
    reading(streamMetrics.clients, clients);
    reading(streamMetrics.ringBytes, ringBytes);
    reading(streamMetrics.lag, () => lagMs() / MS_PER_SECOND);
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
