import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { WebAttackOptions } from '../workers/web-attack.ts';

const CONNECTIONS = 4;

/**
 * The patterns of injections. They stand in a parameter that no software reads, and would do nothing if one did: they name files and tables
 * that nobody has.
 */
const PATTERNS = [
  // SQL
  "1' OR '1'='1' -- ",
  "1' UNION ALL SELECT NULL,NULL,version() -- ",
  '1 AND 1=2 UNION SELECT name FROM information_schema.kubevigil',
  "1'; WAITFOR DELAY '0:0:0' -- ",
  "1' AND SLEEP(0) -- ",
  // Commands
  ';cat /etc/passwd-kubevigil',
  '|cat /etc/passwd-kubevigil',
  '$(cat /etc/passwd-kubevigil)',
  '`cat /etc/passwd-kubevigil`',
  '127.0.0.1 && cat /etc/passwd-kubevigil',
  // Templates
  '{{7*7}}',
  '\u0024{7*7}',
  '<%= 7*7 %>',
  '#{7*7}',
  // Traversal and inclusion
  '../../../../../../etc/passwd-kubevigil',
  '..%2f..%2f..%2f..%2fetc%2fpasswd-kubevigil',
  'php://filter/convert.base64-encode/resource=kubevigil',
  'file:///etc/passwd-kubevigil',
  // Scripts of somebody else
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'javascript:alert(document.domain)',
];

/** Somebody tries which input gets further than it should. */
export const webInjection = targetedScenario('attack', {
  name: 'web_injection',
  help: 'Requests with patterns of injected SQL, commands, templates, paths and scripts.',
  family: 'web',
  technique: 'T1190',
  likeness: {
    like: 'The patterns, percent-encoded once or twice, as tools and log rules know them.',
    unlike:
      'They stand in a parameter that no software reads, and name what nobody has; nothing is injected into.',
  },
  rules: [
    'web_sql_injection',
    'web_command_injection',
    'web_template_injection',
    'web_file_read',
    'web_path_traversal',
    'web_cross_site_scripting',
  ],
  moves: ['web_attacks_per_second'],
  parameters: {
    requestsPerSecond: { help: 'requests per second', default: 20, most: 200 },
  },
  work({ durationMs, values, target, signal }) {
    const requests = PATTERNS.flatMap((pattern) => {
      const once = encodeURIComponent(pattern);
      return [once, encodeURIComponent(once)].map((text) => ({ path: `/search?kubevigil=${text}` }));
    });
    const options: WebAttackOptions = { durationMs, target, connections: CONNECTIONS, ...values, requests };
    return runWorker('web-attack', options, signal);
  },
});
