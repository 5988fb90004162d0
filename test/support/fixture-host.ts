import { join } from 'node:path';
import { SourceError } from '../../exporter/base/errors.ts';
import type { FilesystemUsage, HostPaths } from '../../exporter/host/host.ts';
import { type ContainerNames, NO_NAMES } from '../../exporter/owners/names.ts';
import { type NodeView, NodeViews } from '../../exporter/owners/node-view.ts';
import { ROOT } from './paths.ts';

const FIXTURES = join(ROOT, 'test', 'fixtures');

/** Where a host's recorded files are: the whole one in test/fixtures, or one of test/fixtures/kernels. */
export function fixturePaths(kernel?: string): HostPaths {
  const folder = kernel === undefined ? FIXTURES : join(FIXTURES, 'kernels', kernel);
  return { procfs: join(folder, 'proc'), sysfs: join(folder, 'sys'), rootfs: join(folder, 'root') };
}

/** What the recorded host's filesystems would answer: statfs cannot be recorded as a file. */
const USAGE: Readonly<Record<string, FilesystemUsage>> = {
  '/': { blocks: 1_000_000, availableBlocks: 250_000, inodes: 65_536, freeInodes: 49_152 },
  '/boot/efi': { blocks: 1_000, availableBlocks: 875, inodes: 0, freeInodes: 0 },
  '/run': { blocks: 4_096, availableBlocks: 4_032, inodes: 1_024, freeInodes: 1_000 },
  '/local': { blocks: 10, availableBlocks: 5, inodes: 100, freeInodes: 99 },
  '/data disk': { blocks: 500_000, availableBlocks: 0, inodes: 8_192, freeInodes: 2 },
};

const WEB_POD = '8a3d9f4e-3c59-4be9-9f1a-2f6a1f3d7c11';
const NGINX = 'a7'.repeat(32);

/** One pod of the recorded host is known by name, the other is not. */
const NAMES: ContainerNames = {
  ...NO_NAMES,
  container: (id) => (id === NGINX ? { namespace: 'shop', pod: 'web-0', container: 'nginx' } : undefined),
  pod: (uid) => (uid === WEB_POD ? { namespace: 'shop', pod: 'web-0' } : undefined),
  isSandbox: (uid) => uid === WEB_POD,
};

function usageOf(mountpoint: string): FilesystemUsage {
  const usage = USAGE[mountpoint];
  if (usage === undefined) throw new SourceError('absent', mountpoint, `${mountpoint}: ENOENT`);
  return usage;
}

/** A recorded host. */
export function fixtureHost(kernel?: string): NodeView {
  return {
    ...new NodeViews(fixturePaths(kernel), { names: NAMES }).open(),
    statfs: async (mountpoint) => usageOf(mountpoint),
    statfsDirect: usageOf,
  };
}
