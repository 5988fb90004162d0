/** Who may look, where a token is wanted: whoever sends it, or has shown it once in this browser. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { CheckToken } from '../../common/web/token.ts';

const COOKIE = 'kubevigil_detector';
const LIFETIME_MS = 12 * 3_600_000;

/** Sessions that end with the process, and after half a day. */
export class Sessions {
  readonly #secret = randomBytes(32);

  #mac(untilMs: number): Buffer {
    return createHmac('sha256', this.#secret).update(String(untilMs)).digest();
  }

  /** A Set-Cookie for somebody who has shown the token. */
  cookie(nowMs: number, isSecure: boolean): string {
    const untilMs = nowMs + LIFETIME_MS;
    const value = `${untilMs}.${this.#mac(untilMs).toString('base64url')}`;
    const secure = isSecure ? '; Secure' : '';
    return `${COOKIE}=${value}; HttpOnly; SameSite=Strict; Max-Age=${LIFETIME_MS / 1_000}${secure}`;
  }

  /** Whether a request carries the cookie of a session that is not over. */
  isOpen({ cookie = '' }: IncomingHttpHeaders, nowMs: number): boolean {
    const value = cookie
      .split(/; */)
      .find((part) => part.startsWith(`${COOKIE}=`))
      ?.slice(COOKIE.length + 1);
    const match = /^(\d{1,16})\.([\w-]{43})$/.exec(value ?? '');
    if (match === null) return false;
    const untilMs = Number(match[1]);
    return nowMs < untilMs && timingSafeEqual(this.#mac(untilMs), Buffer.from(match[2] ?? '', 'base64url'));
  }
}

/** A check that also takes a session's cookie. */
export function sessionCheck(sessions: Sessions, checkToken: CheckToken): CheckToken {
  return (headers) => checkToken(headers) || sessions.isOpen(headers, Date.now());
}
