import { CANARIES, canaryObstacle } from '../scenario/canaries.ts';
import { scenario } from '../scenario/define.ts';
import { withOwnFiles } from '../scenario/own-files.ts';
import { runWorker } from '../scenario/worker.ts';
import type { RuncOverwriteOptions } from '../workers/runc-overwrite.ts';

/** Who breaks out by changing what starts containers. */
export const runcOverwrite = scenario('attack', {
  name: 'runc_overwrite',
  help: `Canary programs in ${CANARIES} that are overwritten by way of /proc/PID/exe of who runs them.`,
  family: 'vulnerability',
  technique: 'T1611, T1554',
  cve: 'CVE-2019-5736',
  rules: ['canary_file_changed'],
  likeness: {
    like: 'A program is opened by /proc/PID/exe of a process that runs it, again by that descriptor for writing, which is refused while it runs, and written to when it has ended.',
    unlike:
      'The programs are copies of cat among the canary files, not the runtime of the host; 16 bytes behind their end are written, which nothing reads, so that they do what they did.',
  },
  moves: ['file_changes_per_second'],
  parameters: {
    files: { help: 'programs', default: 12, most: 40 },
    intervalSeconds: {
      help: 'seconds between two times that a program is overwritten',
      default: 1,
      most: 600,
      fixed: true,
    },
  },
  obstacle: () => canaryObstacle({ programs: true }),
  work: ({ durationMs, values, signal }) =>
    withOwnFiles('runc_overwrite', CANARIES, (beginning) => {
      const options: RuncOverwriteOptions = { durationMs, beginning, ...values };
      return runWorker('runc-overwrite', options, signal);
    }),
});
