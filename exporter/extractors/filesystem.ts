import { filesystemMetrics } from '../catalogue/filesystem.ts';
import { SourceError } from '../errors.ts';
import { type Extractor, type Sample, sample } from '../extractor.ts';
import type { HangGuard } from '../hang-guard.ts';
import type { FilesystemUsage, Host } from '../host.ts';
import { selectMountpoints } from '../mounts.ts';
import { parseMountinfo } from '../parsers/mountinfo.ts';

/** The host's mounts; process 1's are root's to see, and without that right the agent's own are the best view. */
function hostMounts(host: Host) {
  const [first, own] = ['proc/1/mountinfo', 'proc/self/mountinfo'];
  try {
    return parseMountinfo(host.read(first), first);
  } catch (error) {
    if (!(error instanceof SourceError) || error.code === 'malformed') throw error;
    return parseMountinfo(host.read(own), own);
  }
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
    const errors: SourceError[] = [];
    for (const mountpoint of selectMountpoints(hostMounts(host), host.rootPrefix)) {
      try {
        samples.push(...usageSamples(mountpoint, await guard.run(mountpoint, () => host.statfs(mountpoint))));
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        errors.push(error);
      }
    }
    return { samples, errors };
  },
};
