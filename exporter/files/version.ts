import type { BigIntStats } from 'node:fs';

/** A file may change again within the same tick of the clock that its times are taken from. */
const SETTLED_MS = 1_000n;

/** Whether nothing changed between two looks: the time of change cannot be set back as that of modification can. */
export function sameVersion(a: BigIntStats, b: BigIntStats): boolean {
  return a.ctimeNs === b.ctimeNs && a.ino === b.ino && a.dev === b.dev && a.size === b.size;
}

/**
 * Whether a later change would show in the times: not while the last one is younger than a second. One that lies in the
 * future, as after the clock was set back, shows as well: what changes now gets the time that it is now.
 */
export function isSettled({ ctimeNs }: Pick<BigIntStats, 'ctimeNs'>, nowMs = Date.now()): boolean {
  const age = BigInt(nowMs) - ctimeNs / 1_000_000n;
  return age > SETTLED_MS || age < -SETTLED_MS;
}
