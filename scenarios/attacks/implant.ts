import { scenario } from '../define.ts';
import { runWorker } from '../worker.ts';
import type { ImplantOptions } from '../workers/implant.ts';

/** What an intruder leaves behind. */
export const implant = scenario('attack', {
  name: 'implant',
  help: 'Programs run from a temporary folder and deleted, shells, and listeners on loopback.',
  technique: 'T1059, T1070.004, T1571',
  moves: ['suspicious_processes', 'suspicious_execs_per_second', 'listening_sockets'],
  parameters: {
    startsPerSecond: { help: 'programs, and as many shells, started per second', default: 10, most: 40 },
    listeners: { help: 'listening sockets', default: 8, most: 64 },
  },
  work({ durationMs, values, signal }) {
    const options: ImplantOptions = { durationMs, ...values };
    return runWorker('implant', options, signal);
  },
});
