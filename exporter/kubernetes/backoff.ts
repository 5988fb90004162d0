/** Waits that double, each somewhere between half and one and a half of its time, so that agents do not come in step. */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  #nextMs: number;

  constructor(minMs: number, maxMs: number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#nextMs = minMs;
  }

  reset(): void {
    this.#nextMs = this.#minMs;
  }

  /** How long to wait this time, in milliseconds. */
  next(): number {
    const ms = this.#nextMs * (0.5 + Math.random());
    this.#nextMs = Math.min(this.#maxMs, this.#nextMs * 2);
    return ms;
  }
}
