import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { Log4shellOptions } from '../workers/log4shell.ts';

const CONNECTIONS = 8;

/** A logger looked up what it was given to write, and ran what it found there. */
export const log4shell = targetedScenario('attack', {
  name: 'log4shell',
  help: 'Lookups in headers, at which the service calls back by LDAP and starts a shell.',
  family: 'vulnerability',
  technique: 'T1190, T1059.004',
  cve: 'CVE-2021-44228',
  likeness: {
    like: 'The lookup in headers, plain and disguised; a connection of the service to an LDAP port; then a shell that it starts.',
    unlike:
      'The callback goes to a sink on loopback, which answers a bind and no more; no class is loaded, and the shell runs `id`.',
  },
  rules: ['web_jndi_lookup', 'shell_in_container'],
  moves: ['suspicious_execs_per_second', 'web_attacks_per_second'],
  usesWeakPages: true,
  parameters: {
    requestsPerSecond: { help: 'requests per second', default: 20, most: 40 },
  },
  work({ durationMs, values, target, weak, signal }) {
    const options: Log4shellOptions = { durationMs, target, connections: CONNECTIONS, ...values };
    return runWorker('log4shell', options, signal, { weakToken: weak?.token });
  },
});
