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

/** What is compared of a watched path: enough to tell that content or metadata changed, and what is there now. */
export interface Fingerprint {
  readonly kind: 'file' | 'link' | 'folder' | 'other';
  /** A file's hash, a link's target; '' for what has no content to read, undefined for what could not be read. */
  readonly content: string | undefined;
  /** Changes with the content, and with other things: stands for a content that could not be read. */
  readonly version: string;
  /** Permission bits, set-user-id and the like included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
}

export type Change = 'created' | 'content' | 'metadata' | 'deleted';

function hasOtherContent(before: Fingerprint, after: Fingerprint): boolean {
  const areKnown = before.content !== undefined && after.content !== undefined;
  return areKnown ? before.content !== after.content : before.version !== after.version;
}

/** How a path changed from one look to the next, if it did; undefined stands for a path that is not there. */
export function changeBetween(
  before: Fingerprint | undefined,
  after: Fingerprint | undefined,
): Change | undefined {
  if (before === undefined) return after === undefined ? undefined : 'created';
  if (after === undefined) return 'deleted';
  if (hasOtherContent(before, after)) return 'content';
  const same =
    before.kind === after.kind &&
    before.mode === after.mode &&
    before.uid === after.uid &&
    before.gid === after.gid;
  return same ? undefined : 'metadata';
}

/**
 * What is compared of a link: what it says, and what is where it leads. Mode, owner and size are those of the target, if
 * there is one.
 */
export function throughLink(link: Fingerprint, target: Fingerprint | undefined): Fingerprint {
  const isKnown = link.content !== undefined && (target === undefined || target.content !== undefined);
  return {
    ...(target ?? link),
    kind: 'link',
    content: isKnown ? JSON.stringify([link.content, target?.kind, target?.content]) : undefined,
    version: JSON.stringify([link.version, target?.version]),
  };
}
