import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 50;

/**
 * How long one look may take. It also is the most that one look counts for: on a machine that stands still for a minute (a disk that syncs, a
 * hypervisor that has others to serve) neither we nor what we wait for were running, so that such a minute is no time to wait.
 */
const LOOK_MS = 10_000;

/** For what a program does that is running. Minutes, since they are spent only where something is broken. */
const WAIT_MS = 120_000;

/** For a program to be ready: reading it from a slow disk takes as long as that takes, and whether it is alive is looked at meanwhile. */
export const START_MS = 240_000;

/**
 * Looks whether what is waited for is there: neither undefined nor false is the answer then. What asks over the network hands the signal on, which ends a
 * request that hangs; a look that fails when its time is over has seen nothing.
 */
export type Look<T> = (signal: AbortSignal) => Promise<T | undefined | false> | T | undefined | false;

/** Ends with the look, with undefined when it heeded its signal, or when all time is over for one that does not. */
async function lookOnce<T>(look: Look<T>, leftMs: number): Promise<T | undefined | false> {
  const signal = AbortSignal.timeout(LOOK_MS);
  const over = new AbortController();
  try {
    const never = sleep(leftMs + LOOK_MS, undefined, { signal: over.signal });
    const answer = (async () => look(signal))(); // what it throws is a rejection too
    return await Promise.race([answer, never]);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    over.abort();
  }
}

/**
 * Waits until `look` answers something that is neither undefined nor false, asking every 50 ms.
 *
 * @param what what is waited for, for the error
 * @param evidence what else the error shows, such as the end of a log
 * @returns that answer
 * @throws {Error} naming `what` when the time is over, and whatever `look` throws
 */
export async function waitFor<T>(
  what: string,
  look: Look<T>,
  timeoutMs = WAIT_MS,
  evidence: () => string = () => '',
): Promise<T> {
  let leftMs = timeoutMs;
  for (;;) {
    const beganMs = performance.now();
    const answer = await lookOnce(look, leftMs);
    if (answer !== undefined && answer !== false) return answer;
    if (leftMs <= 0) throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}${evidence()}`);
    await sleep(PAUSE_MS);
    leftMs -= Math.min(performance.now() - beganMs, LOOK_MS);
  }
}
