import { scenario } from '../scenario/define.ts';
import { withOwnFiles } from '../scenario/own-files.ts';
import { runWorker } from '../scenario/worker.ts';
import type { ImplantOptions } from '../workers/implant.ts';

/** Where the rule exec_from_temp_path looks, with the first for a caller whose folder is elsewhere. */
const TEMPORARY = ['/tmp', '/var/tmp', '/dev/shm'] as const;

/** What an intruder leaves behind. */
export const implant = scenario('attack', {
  name: 'implant',
  help: 'Programs run from a temporary folder and deleted, shells, and listeners on loopback.',
  family: 'post_exploitation',
  technique: 'T1059, T1070.004, T1571',
  rules: ['exec_from_temp_path', 'shell_in_container'],
  moves: ['suspicious_processes', 'suspicious_execs_per_second', 'listening_sockets'],
  parameters: {
    startsPerSecond: { help: 'programs, and as many shells, started per second', default: 10, most: 40 },
    listeners: { help: 'listening sockets', default: 8, most: 64 },
  },
  work({ durationMs, values, folder, signal }) {
    const isTemporary = TEMPORARY.some((temporary) => folder.startsWith(`${temporary}/`));
    return withOwnFiles('implant', isTemporary ? folder : TEMPORARY[0], (beginning) => {
      const options: ImplantOptions = { durationMs, beginning, ...values };
      return runWorker('implant', options, signal);
    });
  },
});
