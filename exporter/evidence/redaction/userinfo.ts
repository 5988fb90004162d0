import { REDACTED } from './named-values.ts';

const MOST_OF_SCHEME = 32;
const SCHEME = /[a-z][a-z0-9+.-]{0,20}$/i;
const TOKEN = /[^\s'"`<>]{1,512}/y;
/** People's names are short and plain, and whoever uses ssh has a key. */
const PLAIN_NAME = /^[a-z._-]{1,15}$/;
const OVER_SSH = /ssh$|^sftp$|^rsync$/i;
/** A port, and what comes after it. */
const PORT = /^\d{1,5}(?:[/?#]|$)/;

/** How much of what follows `://` is userinfo, its @ included; 0 for none. */
function lengthOfUserinfo(token: string): number {
  const authority = token.split(/[/?#]/, 1)[0] ?? '';
  const inAuthority = authority.lastIndexOf('@') + 1;
  if (inAuthority > 0) return inAuthority;
  // A password that should have been encoded, and holds a slash.
  const colon = authority.indexOf(':');
  return colon >= 0 && !PORT.test(token.slice(colon + 1)) ? token.lastIndexOf('@') + 1 : 0;
}

/** Takes out who a URL is opened as, with the password: `https://…@host/path`. */
export function withoutUserinfo(text: string): string {
  let clean = '';
  let done = 0;
  for (let i = text.indexOf('://'); i >= 0; i = text.indexOf('://', i + 1)) {
    const start = i + '://'.length;
    if (start < done) continue;
    TOKEN.lastIndex = start;
    const token = TOKEN.exec(text)?.[0] ?? '';
    const length = token.includes('@') ? lengthOfUserinfo(token) : 0;
    if (length === 0) continue;
    const user = token.slice(0, length - 1);
    const scheme = SCHEME.exec(text.slice(Math.max(0, i - MOST_OF_SCHEME), i))?.[0] ?? '';
    const isName = !user.includes(':') && (PLAIN_NAME.test(user) || OVER_SSH.test(scheme));
    if (isName) continue;
    clean += `${text.slice(done, start)}${REDACTED}@`;
    done = start + length;
  }
  return done === 0 ? text : clean + text.slice(done);
}
