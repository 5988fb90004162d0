import { comparePositions, type Position } from './position.ts';

/** A record as it is held: its JSON on one line. */
export interface Entry {
  readonly at: Position;
  /** What kind of record it is, as readers of server-sent events are told; '' for the only kind. */
  readonly type: string;
  readonly json: string;
}

/** What an entry takes beside its text. */
const ENTRY_BYTES = 160;
const BYTES_PER_CHARACTER = 2;
/** Evicted entries at the array's beginning are dropped together, when they are so many and the larger part. */
const LEAST_COMPACTED = 1024;

/** Most bytes that an entry keeps alive. */
function bytesOf({ json }: Entry): number {
  return ENTRY_BYTES + BYTES_PER_CHARACTER * json.length;
}

/** The newest records, as many as fit into so many bytes: what readers resume from, and all that is buffered for them. */
export class Ring {
  readonly #mostBytes: number;
  readonly #entries: Entry[] = [];
  #start = 0;
  #bytes = 0;
  #floor: Position;

  /** @param floor nothing before it is held, nor was it ever */
  constructor(mostBytes: number, floor: Position) {
    this.#mostBytes = mostBytes;
    this.#floor = floor;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Position of the newest record that is not held any more; all after it are. */
  get floor(): Position {
    return this.#floor;
  }

  /** Position of the newest record. */
  get head(): Position {
    return this.#entries.at(-1)?.at ?? this.#floor;
  }

  /** Appends a record; the oldest make room, but for the new one itself. */
  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += bytesOf(entry);
    while (this.#bytes > this.#mostBytes && this.#start < this.#entries.length - 1) {
      const oldest = this.#entries[this.#start++] as Entry;
      this.#bytes -= bytesOf(oldest);
      this.#floor = oldest.at;
    }
    if (this.#start >= LEAST_COMPACTED && 2 * this.#start > this.#entries.length) {
      this.#entries.splice(0, this.#start);
      this.#start = 0;
    }
  }

  /** Whether records after this position are not held any more. */
  hasLost(position: Position): boolean {
    return comparePositions(position, this.#floor) < 0;
  }

  /** The held records after a position, until their texts make up so many characters: at least one, if there is any. */
  after(position: Position, characters: number): Entry[] {
    const found: Entry[] = [];
    let length = 0;
    for (let i = this.#indexAfter(position); i < this.#entries.length && length < characters; i++) {
      const entry = this.#entries[i] as Entry;
      found.push(entry);
      length += entry.json.length;
    }
    return found;
  }

  #indexAfter(position: Position): number {
    let low = this.#start;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparePositions((this.#entries[middle] as Entry).at, position) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
