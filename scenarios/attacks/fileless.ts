import { scenario } from '../scenario/define.ts';
import { perlRefusal } from '../scenario/perl.ts';
import { runWorker } from '../scenario/worker.ts';
import type { FilelessOptions } from '../workers/fileless.ts';

/** Malware that never touches a disk. */
export const fileless = scenario('attack', {
  name: 'fileless',
  help: 'Programs run from memory (memfd_create), and listeners on loopback.',
  family: 'post_exploitation',
  technique: 'T1620, T1571',
  rules: ['exec_from_memory_in_container'],
  likeness: {
    like: 'A program is written into memory, is executed from there, and nothing of it lies on a disk.',
    unlike:
      'The program is a copy of cat, which waits; a real one lies there encrypted, and under the name of another program.',
  },
  moves: ['suspicious_processes', 'suspicious_execs_per_second', 'listening_sockets'],
  parameters: {
    startsPerSecond: { help: 'programs started per second', default: 10, most: 40 },
    listeners: { help: 'listening sockets', default: 8, most: 64 },
  },
  obstacle: () => perlRefusal('memory'),
  work({ durationMs, values, signal }) {
    const options: FilelessOptions = { durationMs, ...values };
    return runWorker('fileless', options, signal);
  },
});
