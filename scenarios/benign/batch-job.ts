import { scenario } from '../scenario/define.ts';
import { spaceObstacle } from '../scenario/disk-space.ts';
import { withOwnFiles } from '../scenario/own-files.ts';
import { runWorker } from '../scenario/worker.ts';
import type { BatchJobOptions } from '../workers/batch-job.ts';

const MEBIBYTE = 1024 * 1024;

/** A nightly job: looks like a miner or an encryptor to whoever sees CPU and disk alone. */
export const batchJob = scenario('benign', {
  name: 'batch_job',
  help: 'A job that computes, compresses and writes.',
  resembles: ['resources'],
  technique: 'T1486',
  moves: [
    'cpu_busy_ratio',
    'cpu_system_ratio',
    'cpu_iowait_ratio',
    'cpu_pressure_ratio',
    'io_pressure_ratio',
    'memory_used_ratio',
    'disk_read_bytes_per_second',
    'disk_write_bytes_per_second',
    'filesystem_used_ratio',
    'processes',
    'processes_running',
    'forks_per_second',
    'cpu_throttled_seconds_per_second',
    'container_cpu_cores',
    'container_memory_working_set_bytes',
    'container_disk_read_bytes_per_second',
    'container_disk_write_bytes_per_second',
  ],
  parameters: {
    mebibytesPerSecond: { help: 'MiB compressed and written per second', default: 8, most: 64 },
    fileMebibytes: { help: 'MiB of the file that it writes', default: 64, most: 1_024, fixed: true },
  },
  obstacle: ({ folder, values }) => spaceObstacle(folder, values.fileMebibytes * MEBIBYTE),
  work: ({ durationMs, values, folder, signal }) =>
    withOwnFiles('batch_job', folder, (beginning) => {
      const options: BatchJobOptions = {
        durationMs,
        beginning,
        bytesPerSecond: values.mebibytesPerSecond * MEBIBYTE,
        fileBytes: values.fileMebibytes * MEBIBYTE,
      };
      return runWorker('batch-job', options, signal);
    }),
});
