import { Ring } from '../../common/stream/ring.ts';

/** As many as fit into that are kept for who comes (again): of usual records some thousands. */
const MOST_BYTES = 4 * 1_048_576;

/** The newest records, for readers of /events. */
export class EventLog {
  readonly ring: Ring;
  readonly #startedMs: number;
  /** Told of each new record. */
  wake: () => void = () => {};

  /** @param startedMs when the agent started, in Unix milliseconds: what came before has earlier ids */
  constructor(startedMs: number, mostBytes = MOST_BYTES) {
    this.#startedMs = startedMs;
    this.ring = new Ring(mostBytes, { timeMs: startedMs, number: 0 });
  }

  push(number: number, json: string): void {
    this.ring.push({ at: { timeMs: this.#startedMs, number }, type: '', json });
    this.wake();
  }
}
