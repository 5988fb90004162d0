import { afterStep, formatPosition } from '../../common/stream/position.ts';
import { Ring } from '../../common/stream/ring.ts';
import type { HeldRecord } from './records.ts';

/** Gives every record its position and holds the newest; records belong to the step that closed last. */
export class Journal {
  readonly ring: Ring;
  #timeMs: number;
  #number = 0;

  /** @param beforeMs the step before the first */
  constructor(mostBytes: number, beforeMs: number) {
    this.#timeMs = beforeMs;
    this.ring = new Ring(mostBytes, afterStep(beforeMs));
  }

  /** Time of the step that records belong to now. */
  get timeMs(): number {
    return this.#timeMs;
  }

  /** Begins the records of a step. */
  begin(timeMs: number): void {
    if (timeMs <= this.#timeMs) throw new RangeError(`step ${timeMs} does not come after ${this.#timeMs}`);
    this.#timeMs = timeMs;
    this.#number = 0;
  }

  append({ type, ...content }: HeldRecord): void {
    const at = { timeMs: this.#timeMs, number: this.#number++ };
    this.ring.push({ at, type, json: JSON.stringify({ type, id: formatPosition(at), ...content }) });
  }
}
