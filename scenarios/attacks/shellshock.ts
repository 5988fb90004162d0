import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import { WEAK_PATHS } from '../victim/weak-paths.ts';
import type { WebAttackOptions } from '../workers/web-attack.ts';

const CONNECTIONS = 8;
/** What bash took for the end of a function, and for a command behind it: `:`, which does nothing. */
const FUNCTION = '() { :; }; : kubevigil';

/** CGI hands headers to a shell in its environment, and the shell read functions from there. */
export const shellshock = targetedScenario('attack', {
  name: 'shellshock',
  help: 'Function definitions in headers to a CGI page, which starts a shell.',
  family: 'vulnerability',
  technique: 'T1190, T1059.004',
  cve: 'CVE-2014-6271',
  likeness: {
    like: 'The header in the access log, and a shell that the web service starts with each request.',
    unlike:
      'The command behind the function is one that does nothing, and the shell runs `id`, whatever the header says.',
  },
  rules: ['web_shellshock', 'shell_in_container'],
  moves: ['suspicious_execs_per_second', 'web_attacks_per_second'],
  usesWeakPages: true,
  parameters: {
    requestsPerSecond: { help: 'requests per second', default: 20, most: 40 },
  },
  work({ durationMs, values, target, weak, signal }) {
    const requests = ['User-Agent', 'Referer'].map((header) => ({
      path: WEAK_PATHS.cgi,
      headers: { [header]: FUNCTION },
    }));
    const options: WebAttackOptions = { durationMs, target, connections: CONNECTIONS, ...values, requests };
    return runWorker('web-attack', options, signal, { weakToken: weak?.token });
  },
});
