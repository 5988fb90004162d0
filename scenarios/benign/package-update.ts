import { COMPUTING, FILES } from '../scenario/column-groups.ts';
import { scenario } from '../scenario/define.ts';
import { spaceObstacle } from '../scenario/disk-space.ts';
import { withOwnFiles } from '../scenario/own-files.ts';
import { packageManagers } from '../scenario/package-managers.ts';
import { runWorker } from '../scenario/worker.ts';
import type { PackageUpdateOptions } from '../workers/package-update.ts';

const KIBIBYTE = 1024;

/** Security updates are installed: programs that fetch software, and many files that become others. */
export const packageUpdate = scenario('benign', {
  name: 'package_update',
  help: 'Package managers that tell their version, and files of its own that are unpacked, renamed and removed.',
  resembles: ['post_exploitation', 'vulnerability'],
  technique: 'T1105',
  rules: ['package_manager_in_container'],
  moves: [...COMPUTING, ...FILES, 'filesystem_inodes_used_ratio', 'suspicious_execs_per_second'],
  parameters: {
    packagesPerSecond: { help: 'packages per second', default: 6, most: 40 },
    files: { help: 'files of each package', default: 20, most: 200, fixed: true },
    fileKibibytes: { help: 'KiB of each file', default: 16, most: 256, fixed: true },
  },
  async obstacle({ folder, values }) {
    if (packageManagers().length === 0) return 'needs a package manager: dpkg, apt-get, apk or rpm';
    return await spaceObstacle(folder, 2 * values.files * values.fileKibibytes * KIBIBYTE);
  },
  work: ({ durationMs, values, folder, signal }) =>
    withOwnFiles('package_update', folder, (beginning) => {
      const options: PackageUpdateOptions = {
        durationMs,
        beginning,
        programs: packageManagers(),
        packagesPerSecond: values.packagesPerSecond,
        files: values.files,
        fileBytes: values.fileKibibytes * KIBIBYTE,
      };
      return runWorker('package-update', options, signal);
    }),
});
