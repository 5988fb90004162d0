/**
 * Where something is served, from what a user writes: a page, or a server, of which the page of that path is meant.
 *
 * @param path such as `/events`
 * @returns undefined for what is no address over HTTP
 */
export function pageUrl(text: string, path: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.pathname === '/') url.pathname = path;
  return url;
}

/** Takes user and password out of an address: what is left may be shown; undefined without a user. */
export function takeLogin(url: URL): string | undefined {
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return undefined;
  const pair = [username, password].map(decodeURIComponent).join(':');
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
