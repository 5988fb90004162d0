import { ASKING, COMPUTING, FILES } from '../scenario/column-groups.ts';
import { targetedScenario } from '../scenario/define.ts';
import { spaceObstacle } from '../scenario/disk-space.ts';
import { runWorker } from '../scenario/worker.ts';
import type { BackupOptions } from '../workers/backup.ts';

const MEBIBYTE = 1024 * 1024;

/** What is worth keeping is read, packed and sent to where it is kept. */
export const backup = targetedScenario('benign', {
  name: 'backup',
  help: 'Data of its own read, compressed, written to an archive and uploaded to another machine.',
  resembles: ['post_exploitation', 'resources'],
  technique: 'T1041',
  moves: [...COMPUTING, ...FILES, ...ASKING, 'outbound_destinations_per_second'],
  rules: ['cluster_destination'],
  beyondLoopback: true,
  parameters: {
    mebibytesPerSecond: { help: 'MiB packed and sent per second', default: 6, most: 32 },
    dataMebibytes: { help: 'MiB of the data, and of the archive', default: 48, most: 512, fixed: true },
  },
  obstacle: ({ folder, values }) => spaceObstacle(folder, 2 * values.dataMebibytes * MEBIBYTE),
  work({ durationMs, values, folder, target, signal }) {
    const options: BackupOptions = {
      durationMs,
      folder,
      target,
      bytesPerSecond: values.mebibytesPerSecond * MEBIBYTE,
      dataBytes: values.dataMebibytes * MEBIBYTE,
    };
    return runWorker('backup', options, signal);
  },
});
