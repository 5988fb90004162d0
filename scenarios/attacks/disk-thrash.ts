import { scenario } from '../scenario/define.ts';
import { spaceObstacle } from '../scenario/disk-space.ts';
import { withOwnFiles } from '../scenario/own-files.ts';
import { runWorker } from '../scenario/worker.ts';
import type { DiskThrashOptions } from '../workers/disk-thrash.ts';

const MEBIBYTE = 1024 * 1024;

/** A wiper's or encryptor's load. */
export const diskThrash = scenario('attack', {
  name: 'disk_thrash',
  help: 'A burst of synchronous writes to one file.',
  family: 'resources',
  technique: 'T1485',
  moves: ['disk_write_bytes_per_second', 'io_pressure_ratio', 'filesystem_used_ratio'],
  parameters: {
    mebibytesPerSecond: { help: 'MiB written per second, if the disk can', default: 128, most: 512 },
    fileMebibytes: {
      help: 'MiB of the file that is written over and over',
      default: 256,
      most: 1024,
      fixed: true,
    },
  },
  obstacle: ({ folder, values }) => spaceObstacle(folder, values.fileMebibytes * MEBIBYTE),
  work: ({ durationMs, values, folder, signal }) =>
    withOwnFiles('disk_thrash', folder, (beginning) => {
      const options: DiskThrashOptions = {
        durationMs,
        beginning,
        bytesPerSecond: values.mebibytesPerSecond * MEBIBYTE,
        fileBytes: values.fileMebibytes * MEBIBYTE,
      };
      return runWorker('disk-thrash', options, signal);
    }),
});
