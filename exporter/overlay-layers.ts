import { isNetwork } from './mounts.ts';
import type { Mount } from './parsers/mountinfo.ts';

/** Filesystems that ask others, wherever these are. */
export const STACKED = /^(aufs|ecryptfs|fuse-overlayfs|overlay|unionfs)$/;

const LAYERS = /(?:^|,)(?:lowerdir|upperdir|lowerdir\+|datadir\+)=([^,]+)/g;

/** Whether the filesystem at a path, or any on the way to it, has a server of its own. */
const leadsToNetwork = (path: string, mounts: readonly Mount[]) =>
  mounts.some(
    ({ mountpoint, type }) => isNetwork(type) && (path === mountpoint || path.startsWith(`${mountpoint}/`)),
  );

/**
 * Whether an overlay lies on disks of this machine alone, by the table of the host's mounts: runtimes make a container's root there. Of
 * one that is not in that table nothing is known: a pod that makes its own may have unmounted the layers under their names.
 *
 * @param device of the overlay, as in mountinfo
 * @param text of the host's mountinfo, of which `mounts` was made
 */
export function isLocalStack(device: string, text: string, mounts: readonly Mount[]): boolean {
  const [, options] = new RegExp(`^\\d+ \\d+ ${device} .* - overlay \\S* (.*)$`, 'm').exec(text) ?? [];
  if (options === undefined) return false;
  const layers = [...options.matchAll(LAYERS)].flatMap(([, paths = '']) => paths.split(':'));
  const named = layers.filter((path) => path !== '');
  return named.length > 0 && named.every((path) => path.startsWith('/') && !leadsToNetwork(path, mounts));
}
