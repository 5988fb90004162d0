import { SourceError } from '../../exporter/base/errors.ts';
import type { FilesystemUsage } from '../../exporter/host/host.ts';
import { Unseen } from '../../exporter/kernel/unseen.ts';
import { NO_NAMES } from '../../exporter/owners/names.ts';
import type { NodeView } from '../../exporter/owners/node-view.ts';

interface MemoryHost {
  /** Texts, or what reading them throws. */
  readonly files?: Readonly<Record<string, string | SourceError>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly statfs?: (mountpoint: string) => Promise<FilesystemUsage>;
  readonly statfsDirect?: (mountpoint: string) => FilesystemUsage;
  readonly rootPrefix?: string;
}

/** A host that consists of a few texts; what is not given is absent. */
export function memoryHost({
  files = {},
  links = {},
  statfs,
  statfsDirect,
  rootPrefix = '',
}: MemoryHost): NodeView {
  const absent = (path: string) => new SourceError('absent', path, `${path}: ENOENT`);
  const nothing = (path: string) => {
    throw absent(path);
  };
  return {
    rootPrefix,
    locate: (path) => path,
    processes: () => ({ processes: [], groups: [], errors: [], newestTicks: 0 }),
    names: NO_NAMES,
    unseen: new Unseen(),
    read(path) {
      const found = files[path];
      if (typeof found === 'string') return found;
      throw found ?? absent(path);
    },
    readPiece(_path, name) {
      throw absent(name);
    },
    exists: (path) =>
      [...Object.keys(files), ...Object.keys(links)].some(
        (key) => key === path || key.startsWith(`${path}/`),
      ),
    readlink: (path) => links[path],
    statfs: statfs ?? (async (mountpoint) => nothing(mountpoint)),
    statfsDirect: statfsDirect ?? nothing,
  };
}
