import type { Mount } from '../parsers/mountinfo.ts';
import { isNetwork } from './mounts.ts';

/** Filesystems that ask others, wherever these are. */
export const STACKED = /^(aufs|ecryptfs|fuse-overlayfs|overlay|unionfs)$/;

const LAYERS = /(?:^|,)(?:lowerdir|upperdir|lowerdir\+|datadir\+)=([^,]+)/g;

const OVERLAY = /^\d+ \d+ (\d+:\d+) .* - overlay \S* (.*)$/gm;

/**
 * The devices of overlays that lie on disks of this machine alone, by the table of the host's mounts: runtimes make a container's root
 * there. Of one that is not in that table nothing is known: a pod that makes its own may have unmounted the layers under their names.
 *
 * @param text of the host's mountinfo, of which `mounts` was made
 */
export function localOverlays(text: string, mounts: readonly Mount[]): ReadonlySet<string> {
  const network = mounts.filter(({ type }) => isNetwork(type));
  const isLocal = (path: string) =>
    path.startsWith('/') &&
    !network.some(({ mountpoint }) => path === mountpoint || path.startsWith(`${mountpoint}/`));
  const found = new Set<string>();
  for (const [, device = '', options = ''] of text.matchAll(OVERLAY)) {
    const layers = [...options.matchAll(LAYERS)].flatMap(([, paths = '']) => paths.split(':'));
    const named = layers.filter((path) => path !== '');
    if (named.length > 0 && named.every(isLocal)) found.add(device);
  }
  return found;
}
