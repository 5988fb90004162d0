import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { WebShellOptions } from '../workers/web-shell.ts';

const CONNECTIONS = 8;

/** What is left in a web root, and asked to run commands from then on. */
export const webShell = targetedScenario('attack', {
  name: 'web_shell',
  help: 'A file is uploaded, and asked over and over to run a command, at which the service starts a shell.',
  family: 'web',
  technique: 'T1505.003',
  likeness: {
    like: 'The upload, the names and parameters of web shells in the access log, and a shell that the web service starts.',
    unlike:
      'The file is a harmless text that nobody runs, and the shell runs `id`, whatever it is asked. Nothing is uploaded to another service than the own victim.',
  },
  rules: ['web_shell', 'shell_in_container'],
  moves: ['suspicious_execs_per_second', 'web_attacks_per_second'],
  usesWeakPages: true,
  parameters: {
    requestsPerSecond: { help: 'requests per second', default: 20, most: 40 },
  },
  work({ durationMs, values, target, weak, signal }) {
    const uploads = weak?.uploads;
    const options: WebShellOptions = {
      ...{ durationMs, target, connections: CONNECTIONS, ...values },
      ...(uploads !== undefined && { uploads }),
    };
    return runWorker('web-shell', options, signal, { weakToken: weak?.token });
  },
});
