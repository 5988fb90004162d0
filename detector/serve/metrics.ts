import { Counter, Gauge, Registry } from 'prom-client';
import type { ProgramMetric } from '../../exporter/catalogue/model/program-metric.ts';
import { detectorMetrics } from '../../exporter/catalogue/programs/detector.ts';
import { REFUSALS, type RefusalReason } from '../stream/records.ts';
import type { FleetWatch } from '../watch/fleet-watch.ts';
import { nodeMetrics } from './node-metrics.ts';

/** What people make of an alarm. */
export const VERDICTS = ['confirm', 'reject', 'unsure'] as const;
export type VerdictKind = (typeof VERDICTS)[number];

export interface Watched {
  readonly fleet: FleetWatch;
  /** Whether its model may raise alarms. */
  readonly isActive: boolean;
  /** A second model that is tried beside it. */
  readonly shadow: FleetWatch | undefined;
}

/** The detector as Prometheus metrics; nodes are read off when a page is asked for. */
export class DetectorMetrics {
  readonly #registry = new Registry();
  readonly #watched: Watched;
  readonly #nowMs: () => number;
  readonly #rows: Counter;
  readonly #refused: Counter<'reason'>;
  readonly #verdicts: Counter<'verdict'>;
  readonly #connected: Gauge;

  constructor(watched: Watched, nowMs: () => number) {
    const { fleet, isActive, shadow } = watched;
    this.#watched = watched;
    this.#nowMs = nowMs;
    const registers = [this.#registry];
    const counter = <L extends string>({ name, help, labels }: ProgramMetric<L>) =>
      new Counter<L>({ name, help, labelNames: labels, registers });
    const gauge = <L extends string>(
      { name, help, labels }: ProgramMetric<L>,
      fill: (own: Gauge<L>) => void,
    ) =>
      new Gauge<L>({
        name,
        help,
        labelNames: labels,
        registers,
        collect() {
          this.reset();
          fill(this);
        },
      });
    const { calibration } = fleet.detector;
    gauge(detectorMetrics.expectedFalseAlarms, (own) => own.set(calibration.carried));
    gauge(detectorMetrics.calibrationHours, (own) => own.set(calibration.nodeHours));
    gauge(detectorMetrics.modelInfo, (own) => {
      for (const [watch, mode] of [
        [fleet, isActive ? 'active' : 'shadow'],
        [shadow, 'shadow'],
      ] as const) {
        if (watch === undefined) continue;
        const { name, promoted } = watch.detector.candidate;
        own.set({ model: name, decider: promoted?.decider ?? 'trees', mode }, 1);
      }
    });
    const total = (spec: ProgramMetric, read: () => number) =>
      new Counter({
        name: spec.name,
        help: spec.help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    total(detectorMetrics.alarms, () => (isActive ? fleet.raised : 0));
    total(detectorMetrics.shadowAlarms, () => (isActive ? 0 : fleet.raised) + (shadow?.raised ?? 0));
    this.#rows = counter(detectorMetrics.rows);
    this.#refused = counter(detectorMetrics.rowsRefused);
    this.#verdicts = counter(detectorMetrics.verdicts);
    this.#connected = new Gauge({
      name: detectorMetrics.connected.name,
      help: detectorMetrics.connected.help,
      registers,
    });
    for (const reason of REFUSALS) this.#refused.inc({ reason }, 0);
    for (const verdict of VERDICTS) this.#verdicts.inc({ verdict }, 0);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A page of all metrics, piece by piece. */
  async *page(): AsyncGenerator<string> {
    const { fleet, isActive } = this.#watched;
    yield* nodeMetrics(fleet.nodes, fleet.detector.candidate.model.classes, isActive, this.#nowMs());
    yield this.#registry.metrics();
  }

  taken(): void {
    this.#rows.inc();
  }

  refused(reason: RefusalReason): void {
    this.#refused.inc({ reason });
  }

  connected(isConnected: boolean): void {
    this.#connected.set(Number(isConnected));
  }

  verdict(verdict: VerdictKind): void {
    this.#verdicts.inc({ verdict });
  }
}
