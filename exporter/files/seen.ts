import { SourceError } from '../base/errors.ts';
import { type Fingerprint, throughLink } from './fingerprint.ts';
import type { HostPaths } from './host-paths.ts';
import type { Looker } from './looker.ts';
import { type Probed, probe } from './probe.ts';

/** What was seen of a watched path, for the next look to compare with. */
export interface Seen {
  readonly fingerprint: Fingerprint;
  /** The path itself, a link among others. */
  readonly own: Probed;
  /** What a link leads to, within the host's root; undefined when nothing is there, and for what is no link. */
  readonly target: Probed | undefined;
  /** What of it could not be read. */
  readonly error: SourceError | undefined;
}

interface Target {
  readonly probed: Probed | undefined;
  readonly error: SourceError | undefined;
}

/** A target that cannot be looked at now is taken to be what it was: the link is there all the same. */
async function targetOf(
  path: string,
  before: Probed | undefined,
  hostPaths: HostPaths,
  looker: Looker,
): Promise<Target> {
  try {
    const at = await hostPaths.target(path);
    const probed = at === undefined ? undefined : await probe(at, before, looker);
    return { probed, error: probed?.error };
  } catch (error) {
    if (error instanceof SourceError) return { probed: before, error };
    throw error;
  }
}

/**
 * Looks at a watched path of the host, and if it is a link at what it leads to as well.
 *
 * @param before what the last look gave; given back when nothing is different
 * @returns undefined when there is nothing
 * @throws {SourceError} when the path cannot be looked at
 */
export async function lookAt(
  path: string,
  before: Seen | undefined,
  hostPaths: HostPaths,
  looker: Looker,
): Promise<Seen | undefined> {
  const found = hostPaths.own(path);
  // A direct answer is not worth the wait for a promise.
  const at = found instanceof Promise ? await found : found;
  const own = at === undefined ? undefined : await probe(at, before?.own, looker);
  if (own === undefined) return undefined;
  if (own.fingerprint.kind !== 'link') {
    if (own === before?.own) return before;
    return { fingerprint: own.fingerprint, own, target: undefined, error: own.error };
  }
  const { probed: target, error } = await targetOf(path, before?.target, hostPaths, looker);
  if (before !== undefined && own === before.own && target === before.target && error === before.error)
    return before;
  const fingerprint = throughLink(own.fingerprint, target?.fingerprint);
  return { fingerprint, own, target, error: own.error ?? error };
}
