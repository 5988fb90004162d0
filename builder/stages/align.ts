/** From the samples of a partition to its rows: what each series is worth at each step, then one value per column. */

import { compare, groupBy } from '../../common/collections.ts';
import { BuilderError } from '../../common/errors.ts';
import { formatTime } from '../../common/times.ts';
import { entityKey } from '../../dataset/model/entity.ts';
import { nullInfinities } from '../../dataset/model/infinite.ts';
import type { EntityName, Grid, NodeRows, Partition, PlannedColumn } from '../../dataset/model/rows.ts';
import { byNode } from '../../dataset/model/table.ts';
import { labelText } from '../../exporter/catalogue/model/promql.ts';
import { NO_PODS } from '../../exporter/catalogue/model/reserved-pods.ts';
import { fits } from '../prometheus/selectors.ts';
import { type RawSeries, seriesKey, seriesName } from '../samples/series.ts';
import { Beginnings } from './beginnings.ts';
import type { FetchedMetric, FetchedQuery } from './fetch.ts';
import { gaugeValues, markFresh, newestAtSteps, orInfinity, rateValues, type Scrapes } from './grid.ts';
import type { Plan } from './plan.ts';
import { differenceOf, firstWithValue, interleavedAt, joinReplicas, replicaOf, twins } from './replicas.ts';

/** One node while its columns are being filled. */
interface Building extends EntityName {
  /** 1 at the steps at which it was scraped, with whatever success. */
  readonly present: Uint8Array;
  readonly features: Map<string, Float64Array>;
  /** Only expressions tell of it. */
  readonly unscraped: boolean;
}

/**
 * A target's series of one metric, as one replica of Prometheus stored them; several on a node follow each other when
 * its exporter gets a new address.
 */
interface Target {
  readonly key: string;
  readonly replica: string;
  readonly instance: string;
  readonly series: RawSeries[];
}

/** Two samples that lie at most so many scrape intervals apart are of consecutive scrapes. */
const CONSECUTIVE = 1.5;

export class Aligner {
  readonly #plan: Plan;
  readonly #grid: Grid;
  readonly #nodes = new Map<string, Building>();
  readonly #beginnings: Beginnings;
  /** Rates of the series at hand by window: several columns are made of the same series. */
  #rates = new Map<RawSeries, Map<number, Float64Array>>();

  /**
   * @param up the `up` series of the partition's time and the lead-in before it
   * @param starts when containers began, of the same time; none where no column asks for it
   */
  constructor(plan: Plan, partition: Partition, up: readonly RawSeries[], starts: readonly RawSeries[] = []) {
    const { firstMs, lastMs } = partition;
    this.#plan = plan;
    this.#grid = { firstMs, stepMs: plan.stepMs, steps: (lastMs - firstMs) / plan.stepMs + 1 };
    const scrapes = new Map<string, Scrapes>();
    for (const series of up) {
      scrapes.set(this.#targetKey(series), { timesMs: series.timestampsMs, up: series.values });
      // Of a pod only its own series tell whether it was there.
      if (plan.config.entity === 'node' && series.labels[plan.config.nodeLabel] !== undefined)
        this.#markPresent(this.#nodeOf(series), series);
    }
    const times = { freshnessMs: plan.freshnessMs, knownSinceMs: firstMs - plan.leadInMs };
    this.#beginnings = new Beginnings(times, { scrapes, starts, targetKey: (each) => this.#targetKey(each) });
  }

  /** Computes the metric's columns, or takes the expression's, for every node that has series of it. */
  add(fetched: FetchedMetric | FetchedQuery): void {
    if ('query' in fetched) this.#addQuery(fetched);
    else this.#addMetric(fetched);
  }

  #addMetric({ columns, series }: FetchedMetric): void {
    this.#beginnings.beginMetric(series);
    const nodes = groupBy(series.filter(this.#isWanted), (each) => this.#nodeOf(each));
    for (const [node, own] of nodes) {
      for (const each of own) this.#markPresent(node, each);
      const targets = this.#targetsOf(own, node, columns);
      this.#rates = new Map();
      for (const column of columns) node.features.set(column.column.name, this.#columnOf(column, targets));
    }
  }

  /** Whether rows are made of the series: a pod's dataset leaves out the host's own share, and that of no pod in particular. */
  readonly #isWanted = ({ labels: { pod = '' } }: Pick<RawSeries, 'labels'>): boolean =>
    this.#plan.config.entity === 'node' || !NO_PODS.includes(pod);

  /** Takes over an expression's values, one series for each node. */
  #addQuery({ query: { column, promql }, series }: FetchedQuery): void {
    const { firstMs, stepMs, steps } = this.#grid;
    const refuse = (labels: RawSeries['labels'], reason: string) =>
      new BuilderError('config', `column ${column.name}: ${promql} gives ${seriesName(labels)}, ${reason}`);
    for (const { labels, timestampsMs, values } of this.#results(series)) {
      const { nodeLabel, clusterLabel } = this.#plan.config;
      if (!labels[nodeLabel])
        throw refuse(labels, `which has no label ${nodeLabel}: aggregate by (${labelText(nodeLabel)})`);
      const node = this.#nodeOfResult(labels);
      if (node === undefined)
        throw refuse(
          labels,
          `which may be of several clusters: aggregate by (${labelText(clusterLabel)}, ${labelText(nodeLabel)})`,
        );
      const own = node.features.get(column.name) ?? new Float64Array(steps).fill(Number.NaN);
      node.features.set(column.name, own);
      timestampsMs.forEach((ms, i) => {
        const step = (ms - firstMs) / stepMs;
        if (!Number.isNaN(own[step]))
          throw refuse(
            labels,
            `one of several for a node: aggregate, such as sum by (${labelText(nodeLabel)})`,
          );
        const value = values[i] as number;
        own[step] = Number.isNaN(value) ? value : orInfinity(value);
        // A node that is scraped has rows when it is: a lookback would add some after an outage.
        if (node.unscraped) node.present[step] = 1;
      });
    }
  }

  /** An expression's results, one where there are several of the same by different replicas. */
  #results(series: readonly RawSeries[]): RawSeries[] {
    return joinReplicas(series.filter(this.#isWanted), this.#plan.config.replicaLabel);
  }

  /** The node that a result is about, also when the expression dropped its cluster; undefined when it may be several. */
  #nodeOfResult(labels: RawSeries['labels']): Building | undefined {
    const { nodeLabel, clusterLabel } = this.#plan.config;
    const known = [...this.#nodes.values()].filter(
      ({ node, namespace, pod }) =>
        node === labels[nodeLabel] &&
        (pod === undefined || (pod === labels['pod'] && namespace === labels['namespace'])),
    );
    if (labels[clusterLabel] !== undefined || known.length === 0) {
      return this.#nodeOf({ labels }, true);
    }
    return known.length === 1 ? known[0] : undefined;
  }

  /** The rows: for each node those steps at which it was scraped, ordered by cluster, node and time. To be called once. */
  rows(): NodeRows[] {
    const { firstMs, stepMs } = this.#grid;
    return [...this.#nodes.values()].sort(byNode).flatMap(({ present, features, unscraped: _, ...name }) => {
      const kept = stepsOf(present);
      if (kept.length === 0) return [];
      const nulls = new Float64Array(kept.length).fill(Number.NaN);
      const own = this.#plan.columns.map(({ column }) => {
        const values = features.get(column.name);
        return values === undefined ? nulls : keep(values, kept);
      });
      const infinite = own.map(nullInfinities);
      return {
        ...name,
        timesMs: Float64Array.from(kept, (step) => firstMs + step * stepMs),
        features: own,
        ...(infinite.some((count) => count > 0) && { infinite }),
      };
    });
  }

  #nodeOf({ labels }: Pick<RawSeries, 'labels'>, unscraped = false): Building {
    const { nodeLabel, clusterLabel } = this.#plan.config;
    const cluster = labels[clusterLabel] ?? '';
    const node = labels[nodeLabel] ?? '';
    const name =
      this.#plan.config.entity === 'node'
        ? { cluster, node }
        : { cluster, node, namespace: labels['namespace'] ?? '', pod: labels['pod'] ?? '' };
    const key = entityKey(name);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const building = {
      ...name,
      unscraped,
      present: new Uint8Array(this.#grid.steps),
      features: new Map(),
    };
    this.#nodes.set(key, building);
    return building;
  }

  #targetKey({ labels }: RawSeries): string {
    const { clusterLabel, replicaLabel } = this.#plan.config;
    const replica = replicaOf(labels, replicaLabel);
    return JSON.stringify([labels[clusterLabel] ?? '', labels['job'], labels['instance'], replica]);
  }

  #markPresent(node: Building, { timestampsMs }: RawSeries): void {
    markFresh(timestampsMs, this.#grid, this.#plan.freshnessMs, node.present);
  }

  /** The series by target, each target's in a fixed order, so that sums do not depend on the server's. */
  #targetsOf(series: readonly RawSeries[], node: Building, columns: readonly PlannedColumn[]): Target[] {
    const ordered = series
      .map((each) => ({ each, key: seriesKey(each.labels) }))
      .sort((a, b) => compare(a.key, b.key))
      .map(({ each }) => each);
    const targets = [...groupBy(ordered, (each) => this.#targetKey(each))].map(([key, own]) => ({
      key,
      replica: replicaOf(own[0]?.labels ?? {}, this.#plan.config.replicaLabel),
      instance: own[0]?.labels['instance'] ?? '',
      series: own,
    }));
    if (targets.length > 1) this.#refuseInterleaved(targets, node);
    for (const target of targets) this.#refuseTwins(target, node, columns);
    return targets;
  }

  /** Two series of the same thing at once are two replicas of Prometheus, and would be counted twice. */
  #refuseTwins({ series }: Target, { node }: Building, [column]: readonly PlannedColumn[]): void {
    if (column === undefined) return;
    const apartMs = CONSECUTIVE * this.#plan.scrapeIntervalMs;
    for (const [first, ...others] of twins(column.metric, series)) {
      for (const other of others) {
        const at = first && interleavedAt([first], [other], apartMs);
        if (first === undefined || at === undefined) continue;
        const { labels, text } = differenceOf(first.labels, other.labels);
        throw new BuilderError(
          'data',
          `node ${node} has ${column.metric.name} twice at ${formatTime(at)}, by ${text}: if those are replicas of Prometheus, set replicaLabel: ${labels[0]} in the config, else choose one by selector`,
        );
      }
    }
  }

  /**
   * Two exporters on one node at the same time would be counted twice. One after the other, as when a pod is
   * replaced, is no trouble: no sample of one then lies between two consecutive samples of the other.
   */
  #refuseInterleaved(targets: readonly Target[], { node }: Building): void {
    const apartMs = CONSECUTIVE * this.#plan.scrapeIntervalMs;
    for (const one of targets) {
      for (const other of targets) {
        // Replicas scrape at different moments: each tells by itself whether there are two.
        if (one === other || one.replica !== other.replica) continue;
        const at = interleavedAt(one.series, other.series, apartMs);
        if (at === undefined) continue;
        throw new BuilderError(
          'data',
          `node ${node} has two instances at ${formatTime(at)}, ${one.instance} and ${other.instance}: choose one by selector in the config, such as 'instance="${one.instance}"'`,
        );
      }
    }
  }

  /** The column of one node, of one replica's samples at each step. */
  #columnOf(column: PlannedColumn, targets: readonly Target[]): Float64Array {
    const replicas = [...groupBy(targets, ({ replica }) => replica)].sort(([a], [b]) => compare(a, b));
    return firstWithValue(replicas.map(([, own]) => this.#replicaColumn(column, own)));
  }

  /** At each step the target that was scraped last and has a value gives it. */
  #replicaColumn(column: PlannedColumn, targets: readonly Target[]): Float64Array {
    const [only] = targets;
    if (only !== undefined && targets.length === 1) return this.#valuesOf(column, only);
    const all = targets.map((target) => ({
      values: this.#valuesOf(column, target),
      newestMs: this.#newest(target),
    }));
    return Float64Array.from({ length: this.#grid.steps }, (_, step) => {
      const ready = all.filter(({ values }) => !Number.isNaN(values[step]));
      const last = ready.sort((a, b) => (b.newestMs[step] ?? 0) - (a.newestMs[step] ?? 0))[0];
      return last?.values[step] ?? Number.NaN;
    });
  }

  /** The time of the newest sample of a target at each step. */
  #newest({ series }: Target): Float64Array {
    const result = new Float64Array(this.#grid.steps).fill(Number.NEGATIVE_INFINITY);
    for (const { timestampsMs } of series) {
      const newest = newestAtSteps(timestampsMs, this.#grid, this.#plan.freshnessMs);
      newest.forEach((index, step) => {
        if (index >= 0) result[step] = Math.max(result[step] as number, timestampsMs[index] as number);
      });
    }
    return result;
  }

  #valuesOf(column: PlannedColumn, target: Target): Float64Array {
    const { where, over } = column.column;
    const wanted = this.#aggregate(column, target, where);
    if (over === undefined) return wanted;
    const whole = this.#aggregate(column, target, over);
    return wanted.map((value, step) => {
      const divisor = whole[step] as number;
      if (divisor === 0 || Number.isNaN(value) || Number.isNaN(divisor)) return Number.NaN;
      return Number.isFinite(divisor) ? orInfinity(value / divisor) : divisor;
    });
  }

  /** Sum or maximum of the series that fit; those without a value at a step do not count, none at all is null. */
  #aggregate(
    planned: PlannedColumn,
    target: Target,
    selector: PlannedColumn['column']['where'],
  ): Float64Array {
    const { aggregate } = planned.column;
    const result = new Float64Array(this.#grid.steps).fill(Number.NaN);
    for (const series of target.series) {
      if (!fits(series.labels, selector)) continue;
      const values = this.#seriesValues(planned, series);
      for (let step = 0; step < values.length; step++) {
        const value = values[step] as number;
        if (Number.isNaN(value)) continue;
        const before = result[step] as number;
        if (Number.isNaN(before)) result[step] = value;
        else result[step] = aggregate === 'sum' ? orInfinity(before + value) : Math.max(before, value);
      }
    }
    return result;
  }

  #seriesValues({ column, metric, windowMs }: PlannedColumn, series: RawSeries): Float64Array {
    const { freshnessMs } = this.#plan;
    if (column.op === 'value') return gaugeValues(series, this.#grid, freshnessMs);
    const known = this.#rates.get(series)?.get(windowMs);
    if (known !== undefined) return known;
    const counted =
      metric.type === 'counter'
        ? {
            births: this.#beginnings.births(series, metric, windowMs),
            losses: this.#beginnings.losses(series, metric),
          }
        : {};
    const rates = rateValues(series, this.#grid, { freshnessMs, windowMs, ...counted });
    this.#rates.set(series, (this.#rates.get(series) ?? new Map()).set(windowMs, rates));
    return rates;
  }
}

/** The steps at which a node was scraped. */
function stepsOf(present: Uint8Array): Int32Array {
  const steps = new Int32Array(present.length);
  let count = 0;
  for (let step = 0; step < present.length; step++) if (present[step] === 1) steps[count++] = step;
  return steps.subarray(0, count);
}

/** Keeps of the values those at some steps, in place: a day of a fleet is not held twice. */
function keep(values: Float64Array, steps: Int32Array): Float64Array {
  for (let i = 0; i < steps.length; i++) values[i] = values[steps[i] as number] as number;
  return values.subarray(0, steps.length);
}
