import type { agentMetrics } from '../catalogue/agent.ts';
import type { Mount } from '../parsers/mountinfo.ts';
import { hiddenIn, leadsTo } from './mounts.ts';

/** What the agent was given of the host, as paths without links in its own view. */
interface Given {
  readonly rootfs: string;
  readonly sysfs: string;
  /** Undefined: below sysfs. */
  readonly tracefs: string | undefined;
}

type MountKind = (typeof agentMetrics.writableMounts.labels.kind)[number];

export interface WritableMount {
  readonly kind: MountKind;
  readonly mountpoint: string;
}

/** The one folder of tracefs that the agent needs to write to. */
const INSTANCES = '/instances';

function kindOf({ type, mountpoint }: Mount, { rootfs, sysfs, tracefs }: Given): MountKind | undefined {
  const isBelow = (folder: string) => leadsTo(folder, mountpoint);
  if (tracefs !== undefined && isBelow(tracefs)) return 'tracefs';
  if (isBelow(sysfs)) return type === 'tracefs' ? 'tracefs' : 'sysfs';
  // A tracefs elsewhere as well: it is the root filesystem's mounts that bring it along.
  return isBelow(rootfs) ? 'rootfs' : undefined;
}

const isForInstances = ({ type, root }: Mount) => type === 'tracefs' && leadsTo(INSTANCES, root);

/**
 * The mounts of what the agent was given to read that uid 0 could write to, by the flags of the mounts. Undefined where nothing was
 * given: on the host itself its root is everybody's, and read-only is promised by a mount at another place alone.
 */
export function writableMounts(mounts: readonly Mount[], given: Given): WritableMount[] | undefined {
  const { rootfs } = given;
  if (rootfs === '/' || !mounts.some(({ mountpoint }) => mountpoint === rootfs)) return undefined;
  const isHidden = hiddenIn(mounts);
  return mounts.flatMap((mount) => {
    const kind = kindOf(mount, given);
    const isReadOnly = mount.readOnly || mount.readOnlyHere;
    if (kind === undefined || isReadOnly || isForInstances(mount) || isHidden(mount)) return [];
    return [{ kind, mountpoint: mount.mountpoint }];
  });
}
