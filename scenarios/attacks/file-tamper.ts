import { accessSync, constants } from 'node:fs';
import { scenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { FileTamperOptions } from '../workers/file-tamper.ts';

/** Where the default rule canary_file_changed looks; nothing else lives here. */
const CANARIES = '/var/lib/kubevigil/canary';

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
  async obstacle() {
    try {
      accessSync(CANARIES, constants.W_OK);
      return undefined;
    } catch {
      return `there is no writable folder ${CANARIES}: make it, and watch it with the rule canary_file_changed`;
    }
  },
  work({ durationMs, values, signal }) {
    const options: FileTamperOptions = { durationMs, folder: CANARIES, ...values };
    return runWorker('file-tamper', options, signal);
  },
});
