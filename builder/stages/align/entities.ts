/** The nodes or pods of a partition while their columns are being filled. */

import { entityKey } from '../../../dataset/model/entity.ts';
import { nullInfinities } from '../../../dataset/model/infinite.ts';
import type { EntityName, Grid, NodeRows } from '../../../dataset/model/rows.ts';
import { byNode } from '../../../dataset/model/table.ts';
import type { Plan } from '../../plan/model.ts';
import type { RawSeries } from '../../samples/series.ts';
import { markFresh } from './grid.ts';

/** One node while its columns are being filled. */
export interface Building extends EntityName {
  /** 1 at the steps at which it was scraped, with whatever success. */
  readonly present: Uint8Array;
  readonly features: Map<string, Float64Array>;
  /** Only expressions tell of it. */
  readonly unscraped: boolean;
}

/** What of a plan decides which entity a series is about. */
type EntityPlan = Pick<Plan, 'config' | 'columns' | 'freshnessMs'>;

export class Entities {
  readonly #plan: EntityPlan;
  readonly #grid: Grid;
  readonly #entities = new Map<string, Building>();

  constructor(plan: EntityPlan, grid: Grid) {
    this.#plan = plan;
    this.#grid = grid;
  }

  /**
   * The entity that a series is about, by its labels.
   *
   * @param unscraped of one that was not met before: whether only expressions tell of it
   */
  of({ labels }: Pick<RawSeries, 'labels'>, unscraped = false): Building {
    const { nodeLabel, clusterLabel } = this.#plan.config;
    const cluster = labels[clusterLabel] ?? '';
    const node = labels[nodeLabel] ?? '';
    const name =
      this.#plan.config.entity === 'node'
        ? { cluster, node }
        : { cluster, node, namespace: labels['namespace'] ?? '', pod: labels['pod'] ?? '' };
    const key = entityKey(name);
    const known = this.#entities.get(key);
    if (known !== undefined) return known;
    const building = {
      ...name,
      unscraped,
      present: new Uint8Array(this.#grid.steps),
      features: new Map(),
    };
    this.#entities.set(key, building);
    return building;
  }

  /** The node that a result is about, also when the expression dropped its cluster; undefined when it may be several. */
  ofResult(labels: RawSeries['labels']): Building | undefined {
    const { nodeLabel, clusterLabel } = this.#plan.config;
    const known = [...this.#entities.values()].filter(
      ({ node, namespace, pod }) =>
        node === labels[nodeLabel] &&
        (pod === undefined || (pod === labels['pod'] && namespace === labels['namespace'])),
    );
    if (labels[clusterLabel] !== undefined || known.length === 0) {
      return this.of({ labels }, true);
    }
    return known.length === 1 ? known[0] : undefined;
  }

  /** Marks the steps at which the entity was scraped, by a series of it. */
  markPresent(node: Building, { timestampsMs }: RawSeries): void {
    markFresh(timestampsMs, this.#grid, this.#plan.freshnessMs, node.present);
  }

  /** The rows: for each node those steps at which it was scraped, ordered by cluster, node and time. To be called once. */
  rows(): NodeRows[] {
    const { firstMs, stepMs } = this.#grid;
    return [...this.#entities.values()]
      .sort(byNode)
      .flatMap(({ present, features, unscraped: _, ...name }) => {
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
