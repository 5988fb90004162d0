import { CANARIES, canaryObstacle } from '../scenario/canaries.ts';
import { scenario } from '../scenario/define.ts';
import { withOwnFiles } from '../scenario/own-files.ts';
import { runWorker } from '../scenario/worker.ts';
import type { FileTamperOptions } from '../workers/file-tamper.ts';

/** Somebody touches what nobody has a reason to touch: canary files, which nothing reads. */
export const fileTamper = scenario('attack', {
  name: 'file_tamper',
  help: `Files created, changed and removed in ${CANARIES}.`,
  family: 'post_exploitation',
  technique: 'T1486',
  rules: ['canary_file_changed'],
  moves: ['file_changes_per_second'],
  parameters: {
    files: { help: 'files', default: 20, most: 100 },
    changesPerSecond: { help: 'changes of each file per second', default: 2, most: 20, fixed: true },
  },
  obstacle: () => canaryObstacle(),
  work: ({ durationMs, values, signal }) =>
    withOwnFiles('file_tamper', CANARIES, (beginning) => {
      const options: FileTamperOptions = { durationMs, beginning, ...values };
      return runWorker('file-tamper', options, signal);
    }),
});
