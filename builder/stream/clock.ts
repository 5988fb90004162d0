import { setTimeout as sleep } from 'node:timers/promises';
import { type Ms, wholeMs } from '../../common/ms.ts';

/** The time by which steps close. */
export interface Clock {
  nowMs(): Ms;
  /** Waits until that time, or until the signal. */
  until(ms: number, signal: AbortSignal): Promise<void>;
}

/** A machine that was suspended, or whose clock was set, is noticed within this time. */
const LONGEST_SLEEP_MS = 30_000;

/** Waits so long, or until the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
}

/** This machine's clock, set by that of Prometheus, whose timestamps decide which step a sample belongs to. */
export class ServerClock implements Clock {
  #aheadMs = 0;

  /** Notes what the server's clock showed at a moment of ours. */
  set(serverMs: number, ownMs: number): void {
    this.#aheadMs = serverMs - ownMs;
  }

  /** How far the server's clock is ahead of ours. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  nowMs(): Ms {
    return wholeMs(Date.now() + this.#aheadMs);
  }

  async until(ms: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.nowMs() < ms) {
      await pause(Math.min(ms - this.nowMs(), LONGEST_SLEEP_MS), signal);
    }
  }
}
