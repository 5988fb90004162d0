/** The time is waited for in so many pieces. */
const PIECES = 4;
/** A piece that took so much longer than it should was not this call's: the whole process was held up. */
const HELD_UP_MS = 100;
/** And yet there is an end: after so many times the time it is late in any case. */
const MOST_TIMES = 20;

/** Waits for something that may be late. */
export interface Patience {
  /** Resolves when it is late; never after {@link end}. */
  readonly late: Promise<void>;
  /** Nobody waits any more. */
  end(): void;
}

/**
 * Tells when an answer is late.
 *
 * Time in which this process was stopped, or got no CPU, is not the answer's. So only time in which timers came about
 * when they should is counted, and the event loop takes what has come by then before anything is called late.
 */
export function isLate(timeoutMs: number): Patience {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const pieceMs = timeoutMs / PIECES;
  const startedAt = performance.now();
  let before = startedAt;
  let left = PIECES;
  const late = new Promise<void>((resolve) => {
    const tick = () => {
      const now = performance.now();
      const wasHeldUp = now - before > pieceMs + HELD_UP_MS;
      if (!wasHeldUp || now - startedAt > timeoutMs * MOST_TIMES) left--;
      before = now;
      if (left > 0) timer = setTimeout(tick, pieceMs);
      else immediate = setImmediate(resolve);
    };
    timer = setTimeout(tick, pieceMs);
  });
  return {
    late,
    end() {
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
