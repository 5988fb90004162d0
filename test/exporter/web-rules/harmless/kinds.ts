/** Kinds of honest traffic, each of which has something that rules could take for an attack. */
import type { Choices } from '../choices.ts';
import type { Request } from '../request.ts';
import { browser, crawler, program } from './agents.ts';
import { PLAIN_SEARCHES, PRODUCTS, SEARCHES, SNIPPETS } from './words.ts';

type Kind = (choices: Choices) => Partial<Request>;

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64_URL = `${BASE64.slice(0, 62)}-_`;
const HEX = '0123456789abcdef';

const id = (choices: Choices) => String(1 + choices.below(99_999));
const uuid = (choices: Choices) => [8, 4, 4, 4, 12].map((length) => choices.text(length, HEX)).join('-');
const token = (choices: Choices) =>
  [20, 60, 43].map((length) => `eyJ${choices.text(length, BASE64_URL)}`).join('.');

/** As a form writes it, or a script. */
const encode = (choices: Choices, text: string) =>
  choices.chance(0.5) ? encodeURIComponent(text).replaceAll('%20', '+') : encodeURIComponent(text);

/** As a browser's address bar has it: quotes of the query are encoded, not those of the path. */
const loosely = (text: string) => encodeURI(text).replaceAll('%25', '%').replaceAll('#', '%23');

const search = (choices: Choices) => choices.of(choices.chance(0.5) ? SEARCHES : PLAIN_SEARCHES);
const SHOP = 'https://shop.example.com';

/** URLs as parameters, some with another one within. */
function nested(choices: Choices): string {
  const inner = `${SHOP}/account?next=${encodeURIComponent(`/orders/${id(choices)}?tab=a&q=${encodeURIComponent(search(choices))}`)}`;
  return choices.chance(0.5) ? inner : `https://login.example.com/?continue=${encodeURIComponent(inner)}`;
}

const shop: Kind = (choices) => ({
  target: choices.of([
    `/search?q=${encode(choices, search(choices))}`,
    `/search?q=${encode(choices, search(choices))}&page=${id(choices)}&sort=price_asc`,
    `/s/${loosely(search(choices)).replaceAll('?', '%3F')}`,
    `/p/${choices.of(PRODUCTS)}-${id(choices)}?color=red&size=38%2F40`,
    `/category/tables?filter=${encode(choices, 'price:<50 OR size=10')}`,
    `/cart?add=${id(choices)}&qty=2`,
    `/c/garden;color=green;size=xl?order=name`,
  ]),
  referer: choices.chance(0.5)
    ? `https://www.google.com/search?q=${encode(choices, search(choices))}`
    : `${SHOP}/`,
  userAgent: browser(choices),
});

const api: Kind = (choices) => ({
  method: choices.of(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  target: choices.of([
    `/api/v1/orders/${uuid(choices)}`,
    `/api/v2/users?fields=id|name|email&limit=50&cursor=${choices.text(40, BASE64_URL)}`,
    `/api/items?filters[price][$gt]=10&filters[username][$ne]=x&sort[0]=title:asc`,
    `/odata/Products?$filter=${encode(choices, choices.of(SNIPPETS.slice(8, 10)))}&$top=10`,
    `/rest/api/2/search?jql=${encode(choices, choices.of(SNIPPETS.slice(2, 4)))}`,
    `/services/data/v61.0/query?q=${encode(choices, "SELECT Id, Name FROM Account WHERE Name = 'Smith' AND City = 'Rome' LIMIT 5")}`,
    `/api?filter=${encode(choices, SNIPPETS[10] ?? '')}`,
    `/v1/events?ids=1,2,3&include=user,comments&exec=false&cmd=list`,
    `/api/files?path=${encode(choices, '/home/shared/report 2026.pdf')}`,
    `/api/run?command=status&do=show&action=view&c=index`,
  ]),
  status: choices.of([200, 200, 200, 201, 204, 400, 401, 403, 404, 422, 500]),
  userAgent: program(choices),
  contentType: 'application/json',
});

const graphql: Kind = (choices) => ({
  target: choices.of([
    `/graphql?query=${encode(choices, 'query($id:ID!){product(id:$id){id name ...on Union{select{from}}}}')}&variables=${encode(choices, '{"id":"5"}')}`,
    `/graphql?query=${encode(choices, '{products(first:10,where:{price:{_gt:5}}){edges{node{id}}}}')}`,
    `/graphql?operationName=Search&extensions=${encode(choices, '{"persistedQuery":{"version":1,"sha256Hash":"ab12"}}')}`,
  ]),
  userAgent: program(choices),
});

const signIn: Kind = (choices) => ({
  target: choices.of([
    `/oauth/authorize?client_id=web&redirect_uri=${encodeURIComponent(nested(choices))}&state=${choices.text(32, BASE64_URL)}&scope=openid%20profile`,
    `/callback?code=${choices.text(60, BASE64_URL)}&id_token=${token(choices)}`,
    `/saml/acs?SAMLRequest=${encodeURIComponent(choices.text(300, BASE64))}&RelayState=${encodeURIComponent(nested(choices))}`,
    `/login?next=${encodeURIComponent(`/orders?from=${id(choices)}&url=${encodeURIComponent('http://10.0.0.5:8080/a')}`)}`,
    `/reset?token=${choices.text(64, HEX)}&user=o%27brien%40example.com`,
  ]),
  status: choices.of([200, 302]),
  userAgent: browser(choices),
  referer: nested(choices),
});

const pages: Kind = (choices) => ({
  target: choices.of([
    `/wiki/${encodeURIComponent(search(choices))}`,
    `/questions/${id(choices)}/how-to-select-from-a-union-of-two-tables`,
    `/questions/${id(choices)}/cat-etc-passwd-shows-nothing`,
    `/blog/2026/11/log4shell-jndi-ldap-explained`,
    `/docs/java/lang/Runtime.html#exec(java.lang.String)`.replace('#', '%23'),
    `/man/1/bash?section=${encode(choices, 'Parameter Expansion')}`,
    `/docs/../img/logo.png`,
    `/a/b/../../img/x.png`,
    `/static/../../fonts/inter.woff2`,
    `/preview?md=${encode(choices, choices.of(SNIPPETS))}`,
    `/search/code?q=${encode(choices, choices.of(SNIPPETS))}`,
    `/search?type=code&q=${encode(choices, `repo:a/b ${search(choices)}`)}`,
    `/tag/${encodeURIComponent(choices.of(['c++', 'c#', '.net', 'sql-server', 'node.js', 'bash']))}`,
    `/render?src=${encodeURIComponent('../images/a b.png')}&w=100`,
    `/img/{{image}}.png`,
    `/users/$%7BuserId%7D/avatar`,
    '/link?to=..%2F..%2Fhome',
  ]),
  status: choices.of([200, 200, 304, 404]),
  userAgent: browser(choices),
  referer: choices.chance(0.3) ? `https://duckduckgo.com/?q=${encode(choices, search(choices))}` : '-',
});

const forge: Kind = (choices) => ({
  target: choices.of([
    `/team/shop.git/info/refs?service=git-upload-pack`,
    `/team/shop.git/git-upload-pack`,
    `/team/shop.git/HEAD`,
    `/team/shop/blob/main/src/exec/shell.php`,
    `/team/shop/raw/main/.github/workflows/ci.yml`,
    `/team/shop/blob/main/.env.example`,
    `/team/shop/compare/v1...v2?w=1`,
    `/team/shop/tree/main/docs/../src`,
    `/team/shop/-/jobs/${id(choices)}/artifacts/raw/dump.json`,
    `/repository/maven/org/apache/logging/log4j/log4j-core/2.24.1/log4j-core-2.24.1.jar`,
    `/repository/maven/com/example/java/lang/runtime/1.0/runtime-1.0.pom.sha1`,
    `/@scope%2fpackage/-/package-1.2.3.tgz`,
    `/v2/library/nginx/manifests/sha256:${choices.text(64, HEX)}`,
    `/simple/requests/`,
  ]),
  userAgent: program(choices),
});

const assets: Kind = (choices) => ({
  target: choices.of([
    `/assets/app.${choices.text(8, HEX)}.js`,
    `/static/css/main.css?v=${id(choices)}`,
    `/_next/image?url=%2Fuploads%2F${uuid(choices)}.jpg&w=640&q=75`,
    `/_next/static/chunks/pages/%5B...slug%5D-${choices.text(16, HEX)}.js`,
    `/uploads/2026/11/photo%20(1).jpg`,
    `/uploads/avatars/${id(choices)}.png?size=64`,
    `/media/catalog/product/cache/${choices.text(32, HEX)}/t/a/table.jpg`,
    `/fonts/inter.woff2`,
    `/favicon.ico`,
    `/robots.txt`,
    `/.well-known/acme-challenge/${choices.text(43, BASE64_URL)}`,
    `/.well-known/security.txt`,
    `/sitemap.xml`,
    `/downloads/data-2026.zip`,
    `/files/backup-guide.pdf`,
  ]),
  status: choices.of([200, 200, 206, 304, 404]),
  userAgent: browser(choices),
  referer: `${SHOP}/`,
});

const beacons: Kind = (choices) => ({
  method: choices.of(['GET', 'POST']),
  target: choices.of([
    `/collect?v=2&tid=G-${choices.text(10, 'ABCDEFGH0123456789')}&dl=${encodeURIComponent(nested(choices))}&dt=${encode(choices, search(choices))}&ul=de-de&sr=1920x1080`,
    `/pixel.gif?data=${encodeURIComponent(choices.text(200, BASE64))}&r=0.${id(choices)}`,
    `/e?d=${encodeURIComponent('{"event":"click","el":"<button>","path":"/a/../b","t":"x=\'1\' or y"}')}`,
    `/t?gclid=${choices.text(80, BASE64_URL)}&utm_source=news&utm_campaign=${encode(choices, 'Drop Table Sale -- 50% off!')}`,
    `/amp?url=${encodeURIComponent(`${SHOP}/p/1`)}&cookie=${encodeURIComponent(`a=${choices.text(300, BASE64)}; b=${uuid(choices)}; c="x"`)}`,
  ]),
  userAgent: browser(choices),
  referer: `${SHOP}/p/${choices.of(PRODUCTS)}`,
});

const checks: Kind = (choices) => ({
  client: choices.of(['10.0.0.7', '169.254.169.254', '127.0.0.1', '::1', 'fd00:ec2::254']),
  target: choices.of([
    '/healthz',
    '/-/ready',
    '/actuator/health',
    '/actuator/prometheus',
    '/server-status?auto',
    '/metrics',
    '/ping',
    '/status.php',
    '/nginx_status',
    '/livez?verbose',
  ]),
  userAgent: program(choices),
});

const blog: Kind = (choices) => ({
  method: choices.of(['GET', 'POST']),
  target: choices.of([
    '/wp-login.php',
    '/wp-admin/',
    `/wp-admin/post.php?post=${id(choices)}&action=edit`,
    '/wp-admin/admin-ajax.php?action=load&security=ab12',
    `/wp-content/uploads/2026/11/image-${id(choices)}x200.jpg`,
    '/wp-content/plugins/woocommerce/assets/css/woocommerce.css?ver=9.4',
    `/wp-json/wp/v2/posts?search=${encode(choices, search(choices))}`,
    `/?s=${encode(choices, search(choices))}`,
    `/wp-cron.php?doing_wp_cron=17326${id(choices)}.12`,
    '/xmlrpc.php',
    '/feed/',
  ]),
  status: choices.of([200, 200, 302]),
  userAgent: browser(choices),
});

const legacy: Kind = (choices) => ({
  target: choices.of([
    `/shop/show.do;jsessionid=${choices.text(32, HEX).toUpperCase()}?id=${id(choices)}`,
    `/index.php?option=com_content&view=article&id=${id(choices)}&lang=en&c=dir&a=ls&do=id`,
    `/index.php?page=about&file=terms.html&cmd=list&exec=1`,
    `/download.php?file=${encodeURIComponent('reports/2026/Q3 (final).pdf')}`,
    `/cgi-bin/webscr?cmd=_xclick&item_name=${encode(choices, search(choices))}`,
    `/app/main.aspx?ReturnUrl=%2fapp%2fdefault.aspx%3fid%3d5`,
    `/view.jsp?class=com.example.shop.Item&loader=lazy`,
    `/pub/media/get.php?resource=catalog/a.jpg`,
    `/images/resize.php?src=${encodeURIComponent(`${SHOP}/a.jpg`)}&w=10`,
    `/proxy?url=${encodeURIComponent('http://192.168.1.10:9000/latest/report')}`,
    `/fetch?u=http://feeds.example.com/latest/meta`,
    `/page.php?title=${loosely('Ladies\' & Gents\' / "Sale"')}`,
  ]),
  status: choices.of([200, 200, 302, 404]),
  userAgent: browser(choices),
});

const crawlers: Kind = (choices) => ({
  target: choices.of([
    `/p/${choices.of(PRODUCTS)}-${id(choices)}`,
    `/search?q=${encode(choices, search(choices))}`,
    '/robots.txt',
    `/tag/${encodeURIComponent(search(choices))}`,
    `/forum/viewtopic.php?t=${id(choices)}&sid=${choices.text(32, HEX)}`,
    '/ads.txt',
    '/.well-known/traffic-advice',
  ]),
  status: choices.of([200, 301, 404]),
  userAgent: crawler(choices),
});

const queries: Kind = (choices) => ({
  target: choices.of([
    `/api/v1/query?query=${encode(choices, SNIPPETS[4] ?? '')}&time=1732${id(choices)}`,
    `/loki/api/v1/query_range?query=${encode(choices, SNIPPETS[5] ?? '')}`,
    `/query?db=telegraf&q=${encode(choices, SNIPPETS[1] ?? '')}`,
    `/_search?q=${encode(choices, choices.of(SNIPPETS.slice(6, 8)))}`,
    `/?query=${encode(choices, SNIPPETS[18] ?? '')}`,
    `/sparql?query=${encode(choices, 'SELECT ?s WHERE { { ?s a <http://x/A> } UNION { ?s a <http://x/B> } FILTER(?x > 1 && ?y < 2) }')}`,
    `/explore?left=${encodeURIComponent('{"queries":[{"expr":"rate(a{b=\\"c\\"}[5m])"}],"range":{"from":"now-1h"}}')}`,
    `/d/abc/board?var-q=${encode(choices, choices.of(SNIPPETS))}&from=now-1h`,
  ]),
  userAgent: choices.chance(0.5) ? program(choices) : browser(choices),
});

/** By name. */
export const KINDS: Readonly<Record<string, Kind>> = {
  shop,
  api,
  graphql,
  'sign-in': signIn,
  pages,
  forge,
  assets,
  beacons,
  checks,
  blog,
  legacy,
  crawlers,
  queries,
};
