/** Who holds a lock, in a folder or in a bucket. */
import { z } from 'zod';
import { BuilderError } from '../../common/errors.ts';
import { excerpt } from '../../common/excerpt.ts';
import { issueOf } from '../../common/issues.ts';
import { hasEnded, type ProcessIdentity } from '../../common/process-identity.ts';
import { formatTime } from '../../common/times.ts';

/** How long the lock of a run that cannot be seen from here holds without being renewed. */
export const LEASE_MS = 300_000;
export const RENEWALS_PER_LEASE = 5;

export const MOST_OWNER_BYTES = 65_536;
/** Longer than any run's; a lease that never ends would lock a dataset for ever. */
const LONGEST_LEASE_MS = 86_400_000;

const ownerSchema = z.object({
  token: z.string(),
  host: z.string(),
  boot: z.string(),
  pidNamespace: z.string(),
  pid: z.int().positive(),
  started: z.string(),
  since: z.string(),
  leaseMs: z.int().positive().max(LONGEST_LEASE_MS),
});

export type Owner = z.output<typeof ownerSchema>;

/**
 * @param place the lock's file, for the message
 * @throws {BuilderError} `output` when this is no lock of ours
 */
export function parseOwner(text: string, place: string): Owner {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch (error) {
    throw notOurs(place, error);
  }
}

/** Says that what is at a lock's place is none. */
export function notOurs(place: string, error: unknown): BuilderError {
  const message = `${place} is no lock of ours (${issueOf(error)}): remove it if no run is under way`;
  return new BuilderError('output', message, { cause: error });
}

/**
 * Makes sure that an owner has ended, or has not renewed its lock for so long that it counts as ended.
 *
 * @param where what is locked
 * @throws {BuilderError} `busy`, naming the owner
 */
export function checkEnded(
  where: string,
  { owner, renewedMs }: { readonly owner: Owner; readonly renewedMs: number },
  self: ProcessIdentity,
  nowMs: number,
): void {
  const leaseEndMs = renewedMs + owner.leaseMs;
  const ended = hasEnded(owner, self);
  if (ended === true || (ended === undefined && nowMs >= leaseEndMs)) return;
  const until = ended === undefined ? ` (its lease lasts until ${formatTime(leaseEndMs)})` : '';
  throw new BuilderError(
    'busy',
    `${where} is being written by process ${owner.pid} on ${excerpt(owner.host)} since ${excerpt(owner.since)}${until}: wait until it has ended`,
  );
}

export function takenOver(where: string): BuilderError {
  return new BuilderError(
    'busy',
    `${where} was taken over by another run while this one stood still: nothing is written`,
  );
}
