import { formatTime } from '../../common/times.ts';
import { entityKey, type NamedEntity } from '../model/entity.ts';

/**
 * Steps of a node without data: `not_scraped` has no rows, because nothing tried to scrape the node; `no_data` has
 * rows whose features are all null, because scraping it failed.
 */
export interface Gap extends NamedEntity {
  readonly kind: 'not_scraped' | 'no_data';
  /** First and last step without data. */
  readonly start: string;
  readonly end: string;
  readonly steps: number;
}

interface NodeState {
  readonly entity: NamedEntity;
  lastMs: number;
  /** First step of the run of empty rows that goes on; undefined when the last row had data. */
  emptySinceMs: number | undefined;
}

/** Finds gaps between the first and the last row of each node; rows of a node must come in time order. */
export class GapFinder {
  readonly #stepMs: number;
  readonly #nodes = new Map<string, NodeState>();
  readonly #gaps: Gap[] = [];
  /** That of the row before. */
  #last: NodeState | undefined;
  #lastEntity: NamedEntity | undefined;
  #misplaced = 0;

  constructor(stepMs: number) {
    this.#stepMs = stepMs;
  }

  add(entity: NamedEntity, t: number, empty: boolean): void {
    const state = this.#stateOf(entity);
    if (state === undefined) {
      this.#last = { entity, lastMs: t, emptySinceMs: empty ? t : undefined };
      this.#nodes.set(entityKey(entity), this.#last);
      return;
    }
    if (t <= state.lastMs) this.#misplaced++;
    const missing = t - state.lastMs > this.#stepMs;
    if (missing || !empty) this.#closeEmpty(state);
    if (missing) this.#push(state, 'not_scraped', state.lastMs + this.#stepMs, t - this.#stepMs);
    if (empty) state.emptySinceMs ??= t;
    state.lastMs = t;
  }

  /** Rows of a node mostly follow each other. */
  #stateOf(entity: NamedEntity): NodeState | undefined {
    if (this.#lastEntity !== entity) this.#last = this.#nodes.get(entityKey(entity));
    this.#lastEntity = entity;
    return this.#last;
  }

  #closeEmpty(state: NodeState): void {
    if (state.emptySinceMs !== undefined) this.#push(state, 'no_data', state.emptySinceMs, state.lastMs);
    state.emptySinceMs = undefined;
  }

  #push({ entity }: NodeState, kind: Gap['kind'], startMs: number, endMs: number): void {
    const steps = (endMs - startMs) / this.#stepMs + 1;
    this.#gaps.push({ ...entity, kind, start: formatTime(startMs), end: formatTime(endMs), steps });
  }

  /** All gaps in the order in which they ended, those that reach to the last row at the end. */
  result(): Gap[] {
    for (const state of this.#nodes.values()) this.#closeEmpty(state);
    return this.#gaps;
  }

  /** Rows that did not come after the one before: doubled, or out of order. */
  get misplaced(): number {
    return this.#misplaced;
  }

  get nodes(): NamedEntity[] {
    return [...this.#nodes.values()].map(({ entity }) => entity);
  }
}
