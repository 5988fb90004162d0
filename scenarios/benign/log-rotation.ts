import { COMPUTING, FILES } from '../scenario/column-groups.ts';
import { scenario } from '../scenario/define.ts';
import { spaceObstacle } from '../scenario/disk-space.ts';
import { withOwnFiles } from '../scenario/own-files.ts';
import { runWorker } from '../scenario/worker.ts';
import type { LogRotationOptions } from '../workers/log-rotation.ts';

const MEBIBYTE = 1024 * 1024;

/** Files get another name, are written anew in a form that nobody can read, and the old ones go: as an encryptor does it. */
export const logRotation = scenario('benign', {
  name: 'log_rotation',
  help: 'Logs of its own that grow, are renamed, compressed by gzip and removed.',
  resembles: ['post_exploitation', 'resources'],
  technique: 'T1486',
  moves: [...COMPUTING, ...FILES],
  parameters: {
    mebibytesPerSecond: { help: 'MiB written to logs per second', default: 4, most: 32 },
    logMebibytes: { help: 'MiB that a log has when it is rotated', default: 4, most: 64, fixed: true },
    kept: { help: 'old logs that are kept', default: 4, most: 16, fixed: true },
  },
  obstacle: ({ folder, values }) => spaceObstacle(folder, (values.kept + 2) * values.logMebibytes * MEBIBYTE),
  work: ({ durationMs, values, folder, signal }) =>
    withOwnFiles('log_rotation', folder, (beginning) => {
      const options: LogRotationOptions = {
        durationMs,
        beginning,
        bytesPerSecond: values.mebibytesPerSecond * MEBIBYTE,
        logBytes: values.logMebibytes * MEBIBYTE,
        kept: values.kept,
      };
      return runWorker('log-rotation', options, signal);
    }),
});
