/** How much time work may take; what is left of it waits. */
export class Budget {
  readonly #ms: number;
  readonly #now: () => number;
  #spentMs = 0;

  /** @param now milliseconds of a clock that does not jump */
  constructor(ms: number, now: () => number = () => performance.now()) {
    this.#ms = ms;
    this.#now = now;
  }

  get isSpent(): boolean {
    return this.#spentMs >= this.#ms;
  }

  spendOn(work: () => void): void {
    const beganAtMs = this.#now();
    work();
    this.#spentMs += this.#now() - beganAtMs;
  }
}
