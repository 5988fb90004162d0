/** Each holds a chunk of what it has not taken yet. */
const MOST_READERS = 32;

/** Who reads events: bounded, and nobody keeps others out by opening more. */
export class ReaderSeats<Reader> {
  readonly #most: number;
  /** The oldest first. */
  readonly #seats = new Map<Reader, string>();

  constructor(most = MOST_READERS) {
    this.#most = most;
  }

  /** Whether a reader from there gets a seat: when all are taken, only if another address has more of them. */
  hasRoomFor(source: string): boolean {
    return this.#seats.size < this.#most || this.#victim(source) !== undefined;
  }

  /** Seats a reader; the one that gives up its seat for it, if any. */
  take(reader: Reader, source: string): Reader | undefined {
    const victim = this.#seats.size < this.#most ? undefined : this.#victim(source);
    if (victim !== undefined) this.#seats.delete(victim);
    this.#seats.set(reader, source);
    return victim;
  }

  leave(reader: Reader): void {
    this.#seats.delete(reader);
  }

  /** The oldest of the address that has most, if those are more than the newcomer's would be. */
  #victim(newcomer: string): Reader | undefined {
    const counts = new Map<string, number>();
    for (const source of this.#seats.values()) counts.set(source, (counts.get(source) ?? 0) + 1);
    const most = Math.max(...counts.values());
    if (most <= (counts.get(newcomer) ?? 0) + 1) return undefined;
    return [...this.#seats].find(([, source]) => counts.get(source) === most)?.[0];
  }
}
