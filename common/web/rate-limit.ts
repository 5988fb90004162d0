/** A token bucket: `burst` requests at once, and one more each `intervalMs`. */
export class RateLimit {
  #tokens: number;
  #filledAt: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(burst: number, now: number) {
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** Takes a token if there is one. */
  take({ intervalMs, burst }: { intervalMs: number; burst: number }, now: number): boolean {
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#filledAt) / intervalMs);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
