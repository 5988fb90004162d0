import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import { WEAK_PATHS } from '../victim/weak-paths.ts';
import type { WebAttackOptions } from '../workers/web-attack.ts';

const CONNECTIONS = 8;
/** Where it is evaluated, it gives a name to a text, and nothing more. */
const EXPRESSION = "%{(#kubevigil='multipart/form-data').(#kubevigil)}";

/** A form's content type was taken for an expression, and evaluated. */
export const struts = targetedScenario('attack', {
  name: 'struts',
  help: 'Forms whose content type is an OGNL expression, at which the service starts a shell.',
  family: 'vulnerability',
  technique: 'T1190, T1059.004',
  cve: 'CVE-2017-5638',
  likeness: {
    like: 'A POST to an action with an OGNL expression as Content-Type, and a shell that the web service starts.',
    unlike:
      'The expression calls nothing. It is the user agent too, since access logs do not have the content type.',
  },
  rules: ['web_ognl_injection', 'shell_in_container'],
  moves: ['suspicious_execs_per_second', 'web_attacks_per_second'],
  usesWeakPages: true,
  parameters: {
    requestsPerSecond: { help: 'requests per second', default: 20, most: 40 },
  },
  work({ durationMs, values, target, weak, signal }) {
    const headers = { 'Content-Type': EXPRESSION, 'User-Agent': EXPRESSION };
    const requests = [{ method: 'POST', path: WEAK_PATHS.form, headers, body: 'a=b' }];
    const options: WebAttackOptions = { durationMs, target, connections: CONNECTIONS, ...values, requests };
    return runWorker('web-attack', options, signal, { weakToken: weak?.token });
  },
});
