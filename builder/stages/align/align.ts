/** From the samples of a partition to its rows: what each series is worth at each step, then one value per column. */

import { groupBy } from '../../../common/collections.ts';
import type { Grid, NodeRows, Partition } from '../../../dataset/model/rows.ts';
import { NO_PODS } from '../../../exporter/catalogue/model/reserved-pods.ts';
import type { Plan } from '../../plan/model.ts';
import type { RawSeries } from '../../samples/series.ts';
import type { FetchedMetric, FetchedQuery } from '../fetch.ts';
import { Beginnings } from './beginnings.ts';
import { ColumnValues } from './column-values.ts';
import { Entities } from './entities.ts';
import { addExpression } from './expressions.ts';
import type { Scrapes } from './grid.ts';
import { joinReplicas } from './replicas.ts';
import { targetKey, targetsOf } from './targets.ts';

/** Fills the columns of a partition, one metric or expression after the other. */
export class Aligner {
  readonly #plan: Plan;
  readonly #grid: Grid;
  readonly #entities: Entities;
  readonly #beginnings: Beginnings;

  /**
   * @param up the `up` series of the partition's time and the lead-in before it
   * @param starts when containers began, of the same time; none where no column asks for it
   */
  constructor(plan: Plan, partition: Partition, up: readonly RawSeries[], starts: readonly RawSeries[] = []) {
    const { firstMs, lastMs } = partition;
    this.#plan = plan;
    this.#grid = { firstMs, stepMs: plan.stepMs, steps: (lastMs - firstMs) / plan.stepMs + 1 };
    this.#entities = new Entities(plan, this.#grid);
    const scrapes = new Map<string, Scrapes>();
    for (const series of up) {
      scrapes.set(targetKey(series, plan), { timesMs: series.timestampsMs, up: series.values });
      // Of a pod only its own series tell whether it was there.
      if (plan.config.entity === 'node' && series.labels[plan.config.nodeLabel] !== undefined)
        this.#entities.markPresent(this.#entities.of(series), series);
    }
    const times = { freshnessMs: plan.freshnessMs, knownSinceMs: firstMs - plan.leadInMs };
    this.#beginnings = new Beginnings(times, { scrapes, starts, targetKey: (each) => targetKey(each, plan) });
  }

  /** Computes the metric's columns, or takes the expression's, for every node that has series of it. */
  add(fetched: FetchedMetric | FetchedQuery): void {
    const series = fetched.series.filter(this.#isWanted);
    if ('columns' in fetched) {
      this.#beginnings.beginMetric(fetched.series);
      this.#addMetric({ ...fetched, series });
    } else {
      // One result where there are several of the same by different replicas.
      const results = joinReplicas(series, this.#plan.config.replicaLabel);
      addExpression({ ...fetched, series: results }, this.#entities, this.#grid, this.#plan.config);
    }
  }

  #addMetric({ columns, series }: FetchedMetric): void {
    for (const [entity, own] of groupBy(series, (each) => this.#entities.of(each))) {
      for (const each of own) this.#entities.markPresent(entity, each);
      const targets = targetsOf(own, entity.node, columns, this.#plan);
      const values = new ColumnValues(this.#grid, this.#plan.freshnessMs, this.#beginnings);
      for (const column of columns) entity.features.set(column.column.name, values.of(column, targets));
    }
  }

  /** Whether rows are made of the series: a pod's dataset leaves out the host's own share, and that of no pod in particular. */
  readonly #isWanted = ({ labels: { pod = '' } }: Pick<RawSeries, 'labels'>): boolean =>
    this.#plan.config.entity === 'node' || !NO_PODS.includes(pod);

  /** The rows: for each node those steps at which it was scraped, ordered by cluster, node and time. To be called once. */
  rows(): NodeRows[] {
    return this.#entities.rows();
  }
}
