/** Several files of one day, read as if they were one. */
import { entitiesOf, entityKey, entityName, type NamedEntity } from './entity.ts';
import type { EntityName } from './rows.ts';
import { byNode, rowsFrom, type Table, timesOf } from './table.ts';

/** Rows of one node or pod that follow each other in a file. */
interface Piece {
  readonly name: EntityName;
  readonly key: string;
  readonly table: Table;
}

/** A table cut where the node, or the pod, changes. */
function cutByNode(table: Table): Piece[] {
  const entities = entitiesOf(table);
  const keys = entities.map(entityKey);
  const pieces: Piece[] = [];
  for (let from = 0; from < table.rows; ) {
    let to = from + 1;
    while (to < table.rows && keys[to] === keys[from]) to++;
    const name = entityName(entities[from] as NamedEntity);
    pieces.push({ name, key: keys[from] as string, table: rowsFrom(table, from, to) });
    from = to;
  }
  return pieces;
}

/** A file, read as far as the next of its pieces. */
class Head {
  readonly #tables: AsyncIterator<Table>;
  #pieces: Piece[] = [];

  constructor(tables: AsyncIterable<Table>) {
    this.#tables = tables[Symbol.asyncIterator]();
  }

  /** The piece that comes next; undefined at the end. */
  get piece(): Piece | undefined {
    return this.#pieces[0];
  }

  /** Makes sure that there is a next piece, if there is any. */
  async fill(): Promise<void> {
    while (this.#pieces.length === 0) {
      const { done, value } = await this.#tables.next();
      if (done) return;
      this.#pieces = cutByNode(value);
    }
  }

  /** Takes the rows of the next piece that lie before a moment, at least one. */
  take(beforeMs: number): Table {
    const piece = this.#pieces.shift() as Piece;
    const times = timesOf(piece.table);
    let rows = 1;
    while (rows < times.length && (times[rows] as number) < beforeMs) rows++;
    if (rows < times.length)
      this.#pieces.unshift({ ...piece, table: rowsFrom(piece.table, rows, times.length) });
    return rowsFrom(piece.table, 0, rows);
  }

  async close(): Promise<void> {
    await this.#tables.return?.();
  }
}

const firstMs = ({ table }: Piece) => timesOf(table)[0] as number;

function compareHeads(a: Head, b: Head): number {
  const [one, other] = [a.piece as Piece, b.piece as Piece];
  return byNode(one.name, other.name) || firstMs(one) - firstMs(other);
}

/**
 * Tables of one day's files, as the tables of one file would come: node by node, and the rows of a node by time. Sums of numbers
 * depend on their order in the last digits, and gaps are found between rows that follow each other. Of each file one table is held.
 *
 * @param files the tables of each, themselves in that order
 */
export async function* inOrder(files: readonly AsyncIterable<Table>[]): AsyncGenerator<Table> {
  const [only] = files;
  if (only !== undefined && files.length === 1) {
    yield* only;
    return;
  }
  const heads = files.map((tables) => new Head(tables));
  try {
    for (const head of heads) await head.fill();
    for (;;) {
      const [first, second] = heads.filter(({ piece }) => piece !== undefined).sort(compareHeads);
      const piece = first?.piece;
      if (first === undefined || piece === undefined) return;
      const next = second?.piece;
      // Another file's rows of the same node cut in where they are earlier.
      yield first.take(next?.key === piece.key ? firstMs(next) : Number.POSITIVE_INFINITY);
      await first.fill();
    }
  } finally {
    for (const head of heads) await head.close();
  }
}
