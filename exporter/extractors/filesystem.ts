import { SourceError } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import { filesystemMetrics } from '../catalogue/filesystem.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import type { FilesystemUsage, Host } from '../host/host.ts';
import { isNodes, readMountinfo, selectStorage } from '../host/mounts.ts';
import type { HangGuard } from '../kernel/hang-guard.ts';
import { parseMountinfo } from '../parsers/mountinfo.ts';
import type { Extractor } from '../scrape/extractor.ts';

function hostMounts(host: Host) {
  const { text, path } = readMountinfo(host);
  const unread = new Unread(path);
  return { mounts: parseMountinfo(text, unread), errors: unread.errors(isNodes) };
}

/** A filesystem without blocks or without inodes of its own (btrfs) has no such ratio. */
function usageSamples(mountpoint: string, usage: FilesystemUsage): Sample[] {
  const shares = [
    { resource: 'bytes', free: usage.availableBlocks, total: usage.blocks },
    { resource: 'inodes', free: usage.freeInodes, total: usage.inodes },
  ] as const;
  return shares
    .filter(({ total }) => total > 0)
    .map(({ resource, free, total }) =>
      sample(filesystemMetrics.used, 1 - free / total, { mountpoint, resource }),
    );
}

/** The host has it: the agent's own mounts are others (systemd's ProtectHome, a container), or it went this moment. */
function unseen(mountpoint: string, cause: SourceError): SourceError {
  return new SourceError('unreadable', mountpoint, `${mountpoint}: mounted, but not seen from here`, {
    cause,
  });
}

/**
 * How full the node's filesystems are.
 *
 * Source: statfs(2) of the mounts in /proc/1/mountinfo, every kernel.
 */
export const filesystem: Extractor<HangGuard> = {
  name: 'filesystem',
  metrics: filesystemMetrics,
  open: ({ guard }) => guard,
  async extract(host, guard) {
    const samples: Sample[] = [];
    const { mounts, errors } = hostMounts(host);
    for (const { mountpoint, device, isDirect } of selectStorage(mounts, host.rootPrefix)) {
      try {
        const usage = isDirect
          ? host.statfsDirect(mountpoint, device)
          : await guard.run(mountpoint, () => host.statfs(mountpoint, device), {
              id: device,
              isLocal: false,
            });
        samples.push(...usageSamples(mountpoint, usage));
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        errors.push(error.code === 'absent' ? unseen(mountpoint, error) : error);
      }
    }
    return { samples, errors };
  },
};
