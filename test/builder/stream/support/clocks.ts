import { once } from 'node:events';
import type { Clock } from '../../../../builder/stream/clock.ts';
import { wholeMs } from '../../../../common/ms.ts';

export interface ReplayClock extends Clock {
  /** Resolves when somebody waits for what comes after the end. */
  readonly finished: Promise<void>;
}

/**
 * A clock that stands still until somebody waits, and then shows just the time waited for, or later when it strides;
 * it does not go beyond the end.
 *
 * @param strideMs how far it goes at least with each wait
 */
export function replayClock(startMs: number, endMs: number, strideMs = 0): ReplayClock {
  let nowMs = startMs;
  let finish: () => void = () => {};
  return {
    finished: new Promise((resolve) => {
      finish = resolve;
    }),
    nowMs: () => wholeMs(nowMs),
    async until(ms, signal) {
      if (ms > endMs) {
        finish();
        if (!signal.aborted) await once(signal, 'abort');
        return;
      }
      if (ms > nowMs) nowMs = Math.min(Math.max(ms, nowMs + strideMs), endMs);
    },
  };
}
