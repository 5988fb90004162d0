/** The share of a buffer that one drain should find. */
const WANTED_FILL = 0.2;
const SHORTEST_MS = 20;
const IDLE_MS = 1000;
const LONGEST_MS = 4000;

/** A burst is followed at once, and left again in steps. */
const LARGEST_STEP = 2;

/** How long an idle agent sleeps: waking is most of what it costs, and a buffer of 2 MB holds the bursts of more than 4 s. */
export function idleMsFor(bufferKb: number): number {
  return Math.max(IDLE_MS, Math.min(LONGEST_MS, 2 * bufferKb));
}

/**
 * How long to wait for the next drain, at most `idleMs`, when within the last `elapsedMs` the fullest buffer took in `fill` of
 * its size.
 *
 * @internal exported for its own tests
 */
export function nextDelayMs(fill: number, elapsedMs: number, idleMs: number): number {
  const wanted = fill === 0 ? idleMs : (elapsedMs * WANTED_FILL) / fill;
  return Math.max(SHORTEST_MS, Math.min(idleMs, wanted, elapsedMs * LARGEST_STEP));
}

const LEAST_KB = 256;
const MOST_KB = 2048;
const TOTAL_KB = 8192;

/**
 * Ring buffer per CPU: 256 KB hold about 1,500 short processes; on hosts with few CPUs more, 8 MB in all, as one burst may
 * come between two drains. It is the kernel's memory, in nobody's resident set.
 */
export function bufferKbFor(cpus: number): number {
  return Math.max(LEAST_KB, Math.min(MOST_KB, Math.floor(TOTAL_KB / cpus)));
}

/** Drains at a pace that follows the load, on a timer that does not keep the process alive. */
export class Pace {
  readonly #drain: () => number;
  readonly #idleMs: number;
  #timer: NodeJS.Timeout;
  #fill = 0;

  /** `drain` returns how full the fullest buffer was. */
  constructor(drain: () => number, idleMs: number) {
    this.#drain = drain;
    this.#idleMs = idleMs;
    this.#timer = this.#wait(idleMs);
  }

  /** Another drain, between two of the timer's, found `fill`. */
  note(fill: number): void {
    this.#fill += fill;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(delayMs: number): NodeJS.Timeout {
    const from = performance.now();
    const tick = () => {
      const fill = this.#fill + this.#drain();
      this.#fill = 0;
      this.#timer = this.#wait(nextDelayMs(fill, performance.now() - from, this.#idleMs));
    };
    return setTimeout(tick, delayMs).unref();
  }
}
