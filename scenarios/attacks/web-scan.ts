import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { WebAttackOptions } from '../workers/web-attack.ts';

const CONNECTIONS = 4;

/** What scanners ask for first: files that should not be there, and the consoles of well-known software. */
const PATHS = [
  ...['/.git/config', '/.git/HEAD', '/.env', '/.env.production', '/.svn/entries', '/.hg/hgrc', '/.DS_Store'],
  ...['/.aws/credentials', '/.ssh/id_rsa', '/.htpasswd', '/.htaccess', '/.npmrc', '/.dockerenv'],
  ...['/wp-login.php', '/wp-admin/', '/wp-config.php.bak', '/xmlrpc.php', '/wp-content/debug.log'],
  ...['/phpmyadmin/', '/pma/', '/adminer.php', '/phpinfo.php', '/info.php', '/test.php', '/config.php.old'],
  ...['/admin/', '/administrator/', '/manager/html', '/jenkins/script', '/solr/admin/', '/console/'],
  ...['/actuator/env', '/actuator/heapdump', '/server-status', '/server-info', '/debug/pprof/', '/metrics'],
  ...['/backup.zip', '/backup.sql', '/db.sql', '/dump.sql.gz', '/site.tar.gz', '/www.zip', '/old/'],
  ...['/cgi-bin/test.cgi', '/cgi-bin/printenv', '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php'],
  ...['/api/v1/users', '/api/swagger.json', '/graphql', '/telescope/requests', '/owa/auth/logon.aspx'],
  ...[
    '/HNAP1/',
    '/boaform/admin/formLogin',
    '/setup.cgi',
    '/shell',
    '/login.action',
    '/struts/webconsole.html',
  ],
];
/** As the scanners call themselves. */
const AGENTS = [
  'Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:Port Check)',
  'sqlmap/1.8.4#stable (https://sqlmap.org)',
  'gobuster/3.6',
  'Nuclei - Open-source project (github.com/projectdiscovery/nuclei)',
  'Wfuzz/3.1.0',
  'masscan/1.3 (https://github.com/robertdavidgraham/masscan)',
  'Mozilla/5.0 zgrab/0.x',
  'WPScan v3.8.25 (https://wpscan.com/wordpress-security-scanner)',
];

/** Somebody looks which software is there, and what was left lying about. */
export const webScan = targetedScenario('attack', {
  name: 'web_scan',
  help: 'Requests for files and consoles that scanners look for, one after the other.',
  family: 'web',
  technique: 'T1595.003',
  likeness: {
    like: 'The paths and the user agents of common scanners, most of which are answered by 404.',
    unlike:
      'A real scanner knows some thousand paths and adapts to the answers; what is found is not looked at.',
  },
  rules: ['web_scanner', 'web_forced_browsing'],
  moves: ['web_attacks_per_second'],
  parameters: {
    requestsPerSecond: { help: 'requests per second', default: 40, most: 400 },
  },
  work({ durationMs, values, target, signal }) {
    const requests = PATHS.map((path, i) => ({
      path,
      headers: { 'User-Agent': AGENTS[i % AGENTS.length] },
    }));
    const options: WebAttackOptions = { durationMs, target, connections: CONNECTIONS, ...values, requests };
    return runWorker('web-attack', options, signal);
  },
});
