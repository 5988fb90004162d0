import { scenario } from '../scenario/define.ts';
import { withOwnFiles } from '../scenario/own-files.ts';
import { runWorker } from '../scenario/worker.ts';
import type { SecretAccessOptions } from '../workers/secret-access.ts';

/** Somebody looks for something to use elsewhere. */
export const secretAccess = scenario('attack', {
  name: 'secret_access',
  help: 'Shells that look for secrets among canary files of its own, read them and pack them.',
  family: 'post_exploitation',
  technique: 'T1552.001',
  rules: ['shell_in_container'],
  likeness: {
    like: 'A shell finds files that are named as secrets are, reads each, searches them for passwords, and packs them.',
    unlike:
      'The files are canaries of its own that open nothing, and what is read goes nowhere; the reading itself is seen by no rule, neither here nor of a real one, only the shells that do it.',
  },
  moves: ['suspicious_execs_per_second', 'forks_per_second'],
  parameters: {
    searchesPerSecond: { help: 'searches per second, of some 35 processes each', default: 10, most: 20 },
  },
  work: ({ durationMs, values, folder, signal }) =>
    withOwnFiles('secret_access', folder, (beginning) => {
      const options: SecretAccessOptions = { durationMs, beginning, ...values };
      return runWorker('secret-access', options, signal);
    }),
});
