import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { CredentialStuffingOptions } from '../workers/credential-stuffing.ts';

const CONNECTIONS = 4;

/** Names and passwords that leaked elsewhere, tried where people may have used them again. */
export const credentialStuffing = targetedScenario('attack', {
  name: 'credential_stuffing',
  help: 'Logins of many users, a try or two each.',
  family: 'web',
  technique: 'T1110.004',
  likeness: {
    like: 'Many accounts with few tries each, and the user agents of many browsers.',
    unlike: 'The list is made up, its users are of example.org, and all tries come from one address.',
  },
  rules: ['application_login_failed'],
  moves: ['auth_failures_per_second'],
  parameters: {
    loginsPerSecond: { help: 'logins per second', default: 20, most: 200 },
  },
  work({ durationMs, values, target, signal }) {
    const options: CredentialStuffingOptions = {
      durationMs,
      target,
      connections: CONNECTIONS,
      requestsPerSecond: values.loginsPerSecond,
      irregular: true,
    };
    return runWorker('credential-stuffing', options, signal);
  },
});
