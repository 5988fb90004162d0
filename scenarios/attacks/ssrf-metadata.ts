import { targetedScenario } from '../scenario/define.ts';
import { perlObstacle } from '../scenario/perl.ts';
import { runWorker } from '../scenario/worker.ts';
import { WEAK_PATHS } from '../victim/weak-paths.ts';
import type { WebAttackOptions } from '../workers/web-attack.ts';

const CONNECTIONS = 8;
const ADDRESSES = [
  'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
  'http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token',
  'http://169.254.170.2/v2/credentials/',
  'http://100.100.100.200/latest/meta-data/ram/security-credentials/',
  'http://[::ffff:a9fe:a9fe]/latest/meta-data/',
];

/** The service is made to ask for the node's credentials on somebody else's behalf. */
export const ssrfMetadata = targetedScenario('attack', {
  name: 'ssrf_metadata',
  help: 'Requests that have the service connect to metadata addresses of clouds.',
  family: 'web',
  technique: 'T1552.005',
  likeness: {
    like: 'The addresses in the access log, and connections of the service to metadata addresses, at one port after the other.',
    unlike:
      'The sockets are bound to loopback, which has no such address: no packet leaves, and nothing answers. The parameter is one that no software reads.',
  },
  rules: ['web_ssrf_metadata', 'cloud_metadata_service'],
  moves: ['outbound_destinations_per_second', 'web_attacks_per_second'],
  usesWeakPages: true,
  parameters: {
    requestsPerSecond: {
      help: 'requests per second, each of which makes four connections',
      default: 10,
      most: 20,
    },
  },
  obstacle: perlObstacle,
  work({ durationMs, values, target, weak, signal }) {
    const requests = ADDRESSES.map((address) => ({
      path: `${WEAK_PATHS.fetch}?kubevigil=${encodeURIComponent(address)}`,
    }));
    const options: WebAttackOptions = { durationMs, target, connections: CONNECTIONS, ...values, requests };
    return runWorker('web-attack', options, signal, { weakToken: weak?.token });
  },
});
