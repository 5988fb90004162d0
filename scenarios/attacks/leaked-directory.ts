import { scenario } from '../scenario/define.ts';
import { perlRefusal } from '../scenario/perl.ts';
import { runWorker } from '../scenario/worker.ts';
import type { LeakedDirectoryOptions } from '../workers/leaked-directory.ts';

/** What a container does that was given a directory of the host. */
export const leakedDirectory = scenario('attack', {
  name: 'leaked_directory',
  help: 'Shells whose working directory lies outside of their root, started by a path through it.',
  family: 'vulnerability',
  technique: 'T1611',
  cve: 'CVE-2024-21626',
  rules: ['shell_in_container'],
  likeness: {
    like: 'A process keeps a directory of control groups open over a change of its root, works in it, and starts a shell by ../../../bin/sh, outside of its root.',
    unlike:
      "runc leaked the host's directory into the container; here it is the container's own, left behind by chroot(2), so that nothing of the host is reached.",
  },
  moves: ['suspicious_execs_per_second', 'processes'],
  parameters: {
    startsPerSecond: { help: 'shells started per second', default: 10, most: 40 },
  },
  obstacle: () => perlRefusal('leaked-directory', 'true'),
  work({ durationMs, values, signal }) {
    const options: LeakedDirectoryOptions = { durationMs, ...values };
    return runWorker('leaked-directory', options, signal);
  },
});
