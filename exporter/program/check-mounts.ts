import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Logger } from '../../common/log.ts';
import { attempt, SourceError } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import { ifReadable } from '../base/sources.ts';
import { agentMetrics } from '../catalogue/agent.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import type { Host, HostPaths } from '../host/host.ts';
import { type WritableMount, writableMounts } from '../host/writable-mounts.ts';
import { parseMountinfo } from '../parsers/mountinfo.ts';

const OWN = 'proc/self/mountinfo';
const NAMED = 3;

/** The path as mountinfo has it; one that cannot be followed is taken as it is written. */
const canonical = (path: string) =>
  ifReadable(() => attempt(path, (each) => realpathSync(each))) ?? resolve(path);

function named(mounts: readonly WritableMount[]): string {
  const more = mounts.length - NAMED;
  const first = mounts.slice(0, NAMED).map(({ mountpoint }) => mountpoint);
  return first.join(' ') + (more > 0 ? ` and ${more} more` : '');
}

/**
 * Warns where what is promised does not hold: the root filesystem itself is read-only, and all of sysfs. Mounts below the root
 * filesystem come and go with the host's, and Kubernetes makes no such mounts read-only: they are counted only.
 */
function warn(writable: readonly WritableMount[], rootfs: string, logger: Logger): void {
  const broken = writable.filter(({ kind, mountpoint }) => kind !== 'rootfs' || mountpoint === rootfs);
  if (broken.length === 0) return;
  logger.warn(
    'The agent could write to mounts that it was given to read: mount them read-only with all below them (recursiveReadOnly, which needs Linux 5.12 and a runtime such as containerd 2.0 or CRI-O 1.30; see manifests/README.md)',
    { mounts: named(broken) },
  );
}

/**
 * Which of the host's mounts the agent could write to, though it was given them to read: a runtime that does not know recursive
 * read-only mounts leaves what is mounted below writable, and tells nobody.
 *
 * @returns a sample for each kind; none on the host itself, and where the agent's mounts cannot be read, which is logged
 */
export function checkMounts(
  host: Host,
  paths: HostPaths & { readonly tracefs: string | undefined },
  logger: Logger,
): Sample[] {
  try {
    const given = {
      rootfs: canonical(paths.rootfs),
      sysfs: canonical(paths.sysfs),
      tracefs: paths.tracefs === undefined ? undefined : canonical(paths.tracefs),
    };
    const writable = writableMounts(parseMountinfo(host.read(OWN), new Unread(OWN)), given);
    if (writable === undefined) return [];
    warn(writable, given.rootfs, logger);
    return agentMetrics.writableMounts.labels.kind.map((kind) =>
      sample(agentMetrics.writableMounts, writable.filter((mount) => mount.kind === kind).length, { kind }),
    );
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    logger.warn('Whether the mounts of the host can be written to could not be found out', {
      error: error.message,
    });
    return [];
  }
}
