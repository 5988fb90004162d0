import { BuilderError } from '../../common/errors.ts';
import {
  entitiesOf,
  entityKey,
  entityName,
  entityText,
  type NamedEntity,
} from '../../dataset/model/entity.ts';
import { byNode, type Table, textColumn, timesOf } from '../../dataset/model/table.ts';
import { textAt } from '../../dataset/model/text-column.ts';
import type { RowFacts, Series } from './series.ts';

interface Growing {
  readonly entity: NamedEntity;
  readonly timesMs: number[];
  readonly values: number[][];
  readonly facts: RowFacts[];
}

const FACTS = ['label', 'episode', 'role', 'phase', 'split'] as const;
/** Of pods, where the episodes told it. */
const RARE_FACT = 'involvement';

/** The same object for the same facts: a dataset has few different ones. */
function factsOf(table: Table, known: Map<string, RowFacts>): (row: number) => RowFacts {
  const isTold = table.columns.some(({ name }) => name === RARE_FACT);
  const columns = [...FACTS, ...(isTold ? [RARE_FACT] : [])].map((name) => textColumn(table, name));
  return (row) => {
    const texts = columns.map((column) => textAt(column, row));
    const key = JSON.stringify(texts);
    const [label = null, episode = null, role = null, phase = null, split = null, involvement] = texts;
    const facts = known.get(key) ?? {
      ...{ label, episode, role, phase, split },
      ...(involvement !== undefined && { involvement }),
    };
    known.set(key, facts);
    return facts;
  };
}

function inTime({ entity, timesMs, values, facts }: Growing): Series {
  const order = timesMs.map((_, i) => i).sort((a, b) => (timesMs[a] as number) - (timesMs[b] as number));
  const sorted = Float64Array.from(order, (i) => timesMs[i] as number);
  const twice = sorted.findIndex((t, i) => t === sorted[i - 1]);
  if (twice >= 0) {
    const when = new Date(sorted[twice] as number).toISOString();
    throw new BuilderError('data', `${entityText(entity)} has two rows at ${when}: a row must be there once`);
  }
  return {
    entity,
    timesMs: sorted,
    values: values.map((own) => Float64Array.from(order, (i) => own[i] as number)),
    facts: order.map((i) => facts[i] as RowFacts),
  };
}

/** Gathers the rows of each node from tables in any order. */
export class RowsByNode {
  readonly #nodes = new Map<string, Growing>();
  readonly #facts = new Map<string, RowFacts>();
  readonly #withFeatures: boolean;

  /** @param withFeatures whether the features are kept, or what is known of the rows alone */
  constructor(withFeatures = true) {
    this.#withFeatures = withFeatures;
  }

  add(table: Table): void {
    const features = table.columns.flatMap((column) =>
      this.#withFeatures && column.type === 'double' ? [column.values] : [],
    );
    const entities = entitiesOf(table);
    const facts = factsOf(table, this.#facts);
    timesOf(table).forEach((t, row) => {
      const rows = this.#rowsOf(entities[row] as NamedEntity, features.length);
      rows.timesMs.push(t);
      features.forEach((values, i) => void rows.values[i]?.push(values[row] as number));
      rows.facts.push(facts(row));
    });
  }

  #rowsOf(entity: NamedEntity, columns: number): Growing {
    const key = entityKey(entity);
    const there = this.#nodes.get(key);
    if (there !== undefined) return there;
    const rows = { entity, timesMs: [], values: Array.from({ length: columns }, () => []), facts: [] };
    this.#nodes.set(key, rows);
    return rows;
  }

  /**
   * All of them by name and time.
   *
   * @throws {BuilderError} `data` when a node has two rows of one time
   */
  series(): Series[] {
    return [...this.#nodes.values()]
      .map(inTime)
      .sort((a, b) => byNode(entityName(a.entity), entityName(b.entity)));
  }
}
