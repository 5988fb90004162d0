import { Counter, Gauge, Registry } from 'prom-client';
import { MS_PER_SECOND } from '../../common/ms.ts';
import type { ProgramMetric } from '../../exporter/catalogue/model/program-metric.ts';
import { detectorMetrics } from '../../exporter/catalogue/programs/detector.ts';
import { REFUSALS, type RefusalReason } from '../stream/records.ts';
import type { FleetWatch } from '../watch/fleet-watch.ts';
import { NODE_STATES, type NodeWatch } from '../watch/node-watch.ts';

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
  readonly registry = new Registry();
  readonly #rows: Counter;
  readonly #refused: Counter<'reason'>;
  readonly #verdicts: Counter<'verdict'>;
  readonly #connected: Gauge;

  constructor({ fleet, isActive, shadow }: Watched, nowMs: () => number) {
    const registers = [this.registry];
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
    type EntityLabel = 'cluster' | 'node' | 'namespace' | 'pod';
    const each = (fill: (node: NodeWatch, labels: Record<EntityLabel, string>) => void) => () => {
      for (const node of fleet.nodes) {
        const { cluster, node: name, namespace = '', pod = '' } = node.entity;
        fill(node, { cluster: cluster ?? '', node: name, namespace, pod });
      }
    };
    /** Values of the newest rows: none of a node that has sent nothing for long. */
    const fresh = (fill: (node: NodeWatch, labels: Record<EntityLabel, string>) => void) =>
      each((node, labels) => {
        if (node.stateAt(nowMs()) !== 'stale') fill(node, labels);
      });
    const { candidate, calibration } = fleet.detector;
    gauge(detectorMetrics.anomalyScore, (own) =>
      fresh(({ scored }, labels) => scored && own.set(labels, scored.score))(),
    );
    gauge(detectorMetrics.alarm, (own) =>
      fresh(({ alarm }, labels) => own.set(labels, Number(isActive && alarm !== undefined)))(),
    );
    gauge(detectorMetrics.classProbability, (own) =>
      fresh(({ alarm, scored }, labels) => {
        if (alarm === undefined || scored === undefined) return;
        scored.probabilities.forEach((value, i) => {
          own.set({ ...labels, class: candidate.model.classes[i] ?? 'unknown' }, value);
        });
      })(),
    );
    gauge(detectorMetrics.nodeState, (own) =>
      each((node, labels) => {
        const now = node.stateAt(nowMs());
        for (const state of NODE_STATES) own.set({ ...labels, state }, Number(state === now));
      })(),
    );
    gauge(detectorMetrics.pValue, (own) =>
      fresh(({ scored }, labels) => {
        for (const [part, value] of Object.entries(scored?.pValues ?? {}))
          own.set({ ...labels, part }, value);
      })(),
    );
    gauge(detectorMetrics.contribution, (own) =>
      fresh(({ alarm }, labels) => {
        for (const { column, without } of alarm?.contributions ?? [])
          own.set({ ...labels, column }, (alarm?.peak.score ?? 0) - without);
      })(),
    );
    gauge(detectorMetrics.inputAge, (own) =>
      each(({ arrivedMs }, labels) => own.set(labels, (nowMs() - arrivedMs) / MS_PER_SECOND))(),
    );
    gauge(detectorMetrics.inputMissing, (own) => fresh(({ missing }, labels) => own.set(labels, missing))());
    gauge(detectorMetrics.drift, (own) => fresh(({ drift }, labels) => own.set(labels, drift))());
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
