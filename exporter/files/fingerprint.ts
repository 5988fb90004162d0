/** What is compared of a watched path: enough to tell that content or metadata changed, and what is there now. */
export interface Fingerprint {
  readonly kind: 'file' | 'link' | 'folder' | 'other';
  /** A file's hash, a link's target; '' for what has no content to read. */
  readonly content: string;
  /** Permission bits, set-user-id and the like included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
}

export type Change = 'created' | 'content' | 'metadata' | 'deleted';

/** How a path changed from one look to the next, if it did; undefined stands for a path that is not there. */
export function changeBetween(
  before: Fingerprint | undefined,
  after: Fingerprint | undefined,
): Change | undefined {
  if (before === undefined) return after === undefined ? undefined : 'created';
  if (after === undefined) return 'deleted';
  if (before.content !== after.content) return 'content';
  const same =
    before.kind === after.kind &&
    before.mode === after.mode &&
    before.uid === after.uid &&
    before.gid === after.gid;
  return same ? undefined : 'metadata';
}
