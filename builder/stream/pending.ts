import type { EntityName, RowLabel, Split } from '../../dataset/model/rows.ts';

/** What was said of a row whose labels are not final. */
export interface Said {
  readonly entity: EntityName;
  readonly timeMs: number;
  readonly label: RowLabel;
  readonly split: Split | null;
}

/** A time without its beginning: (afterMs, toMs]. */
interface Span {
  readonly afterMs: number;
  readonly toMs: number;
}

/** The rows whose labels are not final, in the order of their time. */
export class Pending {
  #rows: readonly Said[] = [];
  /** The time of rows that were given up, until somebody asks. */
  #givenUp: Span | undefined;

  /** Time of the first row. */
  get firstMs(): number | undefined {
    return this.#rows[0]?.timeMs;
  }

  add(rows: readonly Said[]): void {
    this.#rows = [...this.#rows, ...[...rows].sort((a, b) => a.timeMs - b.timeMs)];
  }

  /** Says of each row what `say` says; gives those of which that is something else than before. */
  sayAgain(say: (row: Said) => Said): Said[] {
    const before = this.#rows;
    this.#rows = before.map(say);
    return this.#rows.filter((row, i) => JSON.stringify(row) !== JSON.stringify(before[i]));
  }

  /** Rows up to that time are final. */
  finish(toMs: number): void {
    this.#rows = this.#rows.filter(({ timeMs }) => timeMs > toMs);
  }

  /** Forgets rows up to that time, whose labels nobody could look at in time. */
  giveUp(toMs: number, stepMs: number): void {
    const given = this.#rows.filter(({ timeMs }) => timeMs <= toMs);
    const [first] = given;
    const last = given.at(-1);
    if (first === undefined || last === undefined) return;
    this.#rows = this.#rows.slice(given.length);
    this.#givenUp = { afterMs: this.#givenUp?.afterMs ?? first.timeMs - stepMs, toMs: last.timeMs };
  }

  /** What was given up since this was asked before. */
  takeGivenUp(): Span | undefined {
    const span = this.#givenUp;
    this.#givenUp = undefined;
    return span;
  }
}
