/** A moment that can be compared with the times of files, whatever is done to the clock meanwhile. */
export class Moment {
  readonly #wallMs: number;
  readonly #monotonicMs: number;

  constructor(wallMs = Date.now(), monotonicMs = performance.now()) {
    this.#wallMs = wallMs;
    this.#monotonicMs = monotonicMs;
  }

  /**
   * What the clock showed then, or would have shown then had it gone as it goes now, whichever is earlier, in Unix milliseconds: a file made
   * since bears no earlier time, be the clock set forward or back.
   */
  earliestMs(wallMs = Date.now(), monotonicMs = performance.now()): number {
    return Math.min(this.#wallMs, wallMs - (monotonicMs - this.#monotonicMs));
  }
}
