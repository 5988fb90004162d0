/** What a report shows, gathered in one pass over the rows; memory depends on bins, features and nodes drawn. */

import { entitiesOf, entityKey, type NamedEntity } from '../../dataset/model/entity.ts';
import { strings, type Table, timesOf } from '../../dataset/model/table.ts';
import { byAnomaly, rowKeys, type Separation, Separations } from '../../dataset/summary/auc.ts';
import { type Drift, Drifts } from '../../dataset/summary/drift.ts';
import type { Bins } from './bins.ts';
import { MARK, type Mark, type Scenario } from './classes.ts';
import { Envelope } from './envelope.ts';

/** Rows per class and feature that the areas of single scenarios are computed from: there are many of them. */
const KEPT_PER_SCENARIO = 4096;
/** A table with more columns is no use to people, and the page has to stay small. */
const MOST_SCENARIOS = 64;

export type NodeName = NamedEntity;

/** A node's rows over time. */
export interface Lane extends NodeName {
  /** Rows with at least one feature, by bin. */
  readonly rows: Uint32Array;
  /** Rows without any feature, by bin. */
  readonly empty: Uint32Array;
  readonly marks: Uint16Array;
  /** By feature, for the nodes whose features are drawn. */
  readonly envelopes: ReadonlyMap<string, Envelope> | undefined;
}

export interface Collected {
  readonly lanes: readonly Lane[];
  /** Rows by bin. */
  readonly rows: Uint32Array;
  /** Nulls by feature and bin. */
  readonly nulls: ReadonlyMap<string, Uint32Array>;
  readonly train: ReadonlyMap<string, Separation>;
  readonly all: ReadonlyMap<string, Separation>;
  readonly drifts: ReadonlyMap<string, Drift>;
  /** Each scenario against the rows without an attack. */
  readonly byScenario: readonly {
    readonly scenario: Scenario;
    readonly areas: ReadonlyMap<string, Separation>;
  }[];
}

export interface Wanted {
  readonly bins: Bins;
  readonly features: readonly string[];
  readonly scenarios: readonly Scenario[];
  /** Nodes to show over time. */
  readonly lanes: readonly NodeName[];
  /** Keys of those whose features to draw. */
  readonly drawn: ReadonlySet<string>;
}

export const keyOf = entityKey;

export class Collector {
  readonly #wanted: Wanted;
  readonly #lanes: Map<string, Lane>;
  readonly #rows: Uint32Array;
  readonly #nulls: ReadonlyMap<string, Uint32Array>;
  readonly #train = new Separations();
  readonly #all = new Separations();
  readonly #drifts = new Drifts();
  readonly #byLabel = new Separations(KEPT_PER_SCENARIO);

  constructor(wanted: Wanted) {
    const { bins, features, lanes, drawn } = wanted;
    this.#wanted = wanted;
    this.#rows = new Uint32Array(bins.count);
    this.#nulls = new Map(features.map((name) => [name, new Uint32Array(bins.count)]));
    const envelopes = () => new Map(features.map((name) => [name, new Envelope(bins.count)]));
    this.#lanes = new Map(
      lanes.map((name) => [
        keyOf(name),
        {
          ...name,
          rows: new Uint32Array(bins.count),
          empty: new Uint32Array(bins.count),
          marks: new Uint16Array(bins.count),
          envelopes: drawn.has(keyOf(name)) ? envelopes() : undefined,
        },
      ]),
    );
  }

  add(table: Table): void {
    const labels = strings(table, 'label');
    const splits = strings(table, 'split');
    const keys = rowKeys(table);
    this.#drifts.add(table);
    const isTraining = (row: number) => splits[row] === 'train';
    this.#train.add(table, keys, byAnomaly(table, isTraining));
    const isAny = () => true;
    this.#all.add(table, keys, byAnomaly(table, isAny));
    this.#byLabel.add(table, keys, (row) => labels[row] ?? null);
    const bins = Array.from(timesOf(table), (t) => this.#wanted.bins.of(t));
    for (const bin of bins) this.#rows[bin] = (this.#rows[bin] ?? 0) + 1;
    const lanes = entitiesOf(table).map((entity) => this.#lanes.get(keyOf(entity)));
    const hasData = this.#addFeatures(table, bins, lanes);
    const marks = this.#marksOf(table);
    lanes.forEach((lane, row) => {
      if (lane === undefined) return;
      const bin = bins[row] as number;
      const counts = hasData[row] === 1 ? lane.rows : lane.empty;
      counts[bin] = (counts[bin] as number) + 1;
      lane.marks[bin] = Math.max(lane.marks[bin] as number, marks[row] as Mark);
    });
  }

  #addFeatures(table: Table, bins: readonly number[], lanes: readonly (Lane | undefined)[]): Uint8Array {
    const hasData = new Uint8Array(table.rows);
    for (const column of table.columns) {
      const { name } = column;
      const nulls = this.#nulls.get(name);
      if (column.type !== 'double' || nulls === undefined) continue;
      column.values.forEach((value, row) => {
        const bin = bins[row] as number;
        if (Number.isNaN(value)) {
          nulls[bin] = (nulls[bin] as number) + 1;
          return;
        }
        hasData[row] = 1;
        lanes[row]?.envelopes?.get(name)?.add(bin, value);
      });
    }
    return hasData;
  }

  #marksOf(table: Table): Mark[] {
    const phases = strings(table, 'phase');
    const episodes = strings(table, 'episode');
    const attacks = new Map(this.#wanted.scenarios.map(({ label }, i) => [label, MARK.attack + i]));
    return strings(table, 'label').map((label, row) => {
      if (label === null) return MARK.none;
      const attack = attacks.get(label);
      if (attack !== undefined) return attack;
      if (episodes[row] !== null) return MARK.benign;
      return phases[row] === 'recovery' ? MARK.recovery : MARK.normal;
    });
  }

  result(): Collected {
    return {
      lanes: [...this.#lanes.values()],
      rows: this.#rows,
      nulls: this.#nulls,
      train: this.#train.result(),
      all: this.#all.result(),
      drifts: this.#drifts.result(),
      byScenario: this.#wanted.scenarios.slice(0, MOST_SCENARIOS).map((scenario) => ({
        scenario,
        areas: this.#byLabel.between(scenario.label, 'normal'),
      })),
    };
  }
}
