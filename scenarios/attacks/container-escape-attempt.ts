import { scenario } from '../scenario/define.ts';
import { namespaceObstacle } from '../scenario/own-namespace.ts';
import { runWorker } from '../scenario/worker.ts';
import type { EscapeAttemptOptions } from '../workers/escape-attempt.ts';
import { programOnPath } from '../workers/program-on-path.ts';

const PROGRAMS = ['unshare', 'nsenter', 'mount'];

function missingProgram(): string | undefined {
  try {
    for (const name of PROGRAMS) programOnPath(name);
    return undefined;
  } catch (error) {
    return `needs ${PROGRAMS.join(', ')}: ${(error as Error).message}`;
  }
}

/** Somebody tries the doors. */
export const containerEscapeAttempt = scenario('attack', {
  name: 'container_escape_attempt',
  help: 'Mounts, release agents, nsenter and packet sockets, in namespaces of its own where they lead nowhere.',
  family: 'post_exploitation',
  technique: 'T1611',
  rules: ['escape_tool_in_container', 'shell_in_container'],
  likeness: {
    like: 'New namespaces are made and entered, something is mounted, a release agent is written, sockets of the runtime are looked for, and packet sockets opened, as CVE-2020-14386 and others of the kernel begin.',
    unlike:
      'All of it is done to namespaces and a tmpfs of its own: the release agent is a plain file, the namespaces entered are its own, and no fault of anything is used.',
  },
  moves: ['suspicious_execs_per_second', 'network_sniffers'],
  parameters: {
    attemptsPerSecond: { help: 'attempts per second, of six programs each', default: 10, most: 20 },
    sockets: { help: 'packet sockets', default: 10, most: 64 },
  },
  obstacle: async () => (await namespaceObstacle()) ?? missingProgram(),
  work({ durationMs, values, signal }) {
    const options: EscapeAttemptOptions = { durationMs, ...values };
    return runWorker('escape-attempt', options, signal, { inNamespace: [] });
  },
});
