/**
 * Who may use the weak pages: whoever has the token, which is made anew at each start and told to the scenarios of the same process
 * alone. To everybody else they are not there.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a request to a weak page carries. */
export const WEAK_HEADER = 'x-kubevigil-weak';
/** `GET /weak-pages?nonce=<32 hex digits>` answers {@link proofOf} of it: only the own victim can. */
export const PROOF_PATH = '/weak-pages';
export const NONCE = /^[\da-f]{32}$/;
/** The LDAP server that log4shell's sink stands for; with this port on {@link sinkAddress}. */
export const SINK_PORT = 1389;

const TOKEN_BYTES = 32;

export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('hex');
export const newNonce = (): string => randomBytes(16).toString('hex');

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Takes as long whatever is wrong. */
export function carriesToken(headers: IncomingHttpHeaders, token: string): boolean {
  const given = headers[WEAK_HEADER];
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(token));
}

/** That somebody knows the token, without telling it. */
export function proofOf(token: string, nonce: string): string {
  return createHmac('sha256', token).update(`weak pages ${nonce}`).digest('hex');
}

/**
 * Where the victim calls back to, whatever a request says: an address of loopback (127.0.0.0/8) of this process' own, so that two on one
 * machine are not in each other's way.
 */
export function sinkAddress(token: string): string {
  const [a = 0, b = 0, c = 0] = digest(`sink ${token}`);
  return `127.${1 + (a % 254)}.${b}.${1 + (c % 254)}`;
}
