import { CANARIES, canaryObstacle } from '../scenario/canaries.ts';
import { scenario } from '../scenario/define.ts';
import { withOwnFiles } from '../scenario/own-files.ts';
import { perlObstacle } from '../scenario/perl.ts';
import { runWorker } from '../scenario/worker.ts';
import type { DirtyPipeOptions } from '../workers/dirty-pipe.ts';

/** A list of accounts that changes under everybody's eyes. */
export const dirtyPipe = scenario('attack', {
  name: 'dirty_pipe',
  help: `Canary files in ${CANARIES} whose content changes while their size and times do not.`,
  family: 'vulnerability',
  technique: 'T1068, T1098',
  cve: 'CVE-2022-0847',
  rules: ['canary_file_changed'],
  likeness: {
    like: "The content of a list of accounts changes in the kernel's memory, its password field above all, and neither its size nor any of its times does.",
    unlike:
      'The files are canaries of its own, which it may write to and has mapped, so that no fault of the kernel is used; where they lie on a disk, their times follow once the kernel has written them there, about half a minute later.',
  },
  moves: ['file_changes_per_second'],
  parameters: {
    files: { help: 'files', default: 40, most: 100 },
    intervalSeconds: { help: 'seconds between two changes of a file', default: 1, most: 600, fixed: true },
  },
  obstacle: async () => (await canaryObstacle()) ?? (await perlObstacle()),
  work: ({ durationMs, values, signal }) =>
    withOwnFiles('dirty_pipe', CANARIES, (beginning) => {
      const options: DirtyPipeOptions = { durationMs, beginning, ...values };
      return runWorker('dirty-pipe', options, signal);
    }),
});
