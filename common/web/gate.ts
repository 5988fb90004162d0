/** Who may ask for what: nobody's browser, no name that was made to point here, and beyond loopback nobody without the token. */
import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import type { ListenAddress } from './listen-address.ts';
import type { CheckToken } from './token.ts';

export interface GateOptions {
  readonly checkToken: CheckToken | undefined;
  /** Names under which the service is asked for, beside its addresses; in lower case. */
  readonly allowedHosts: readonly string[];
}

/** A refusal: its HTTP status and one line. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

const HOST = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i;

/** The name in a Host header, without its port; undefined when it is none. */
function hostName(header: string | undefined): string | undefined {
  const match = HOST.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** `::ffff:127.0.0.1` is how a socket for both families sees 127.0.0.1. */
const plainAddress = (address: string | undefined) => address?.replace(/^::ffff:(?=\d+\.)/i, '');

function isLoopback(address: string): boolean {
  return (isIPv4(address) && address.startsWith('127.')) || (isIPv6(address) && /^[0:]*:0*1$/.test(address));
}

/** Whether only this machine reaches what listens there. */
export function isOwnAddress({ host }: ListenAddress): boolean {
  return host === 'localhost' || (host !== undefined && isLoopback(host));
}

/**
 * Whether the service may be asked for by this name: the address that was connected to, `localhost` on a loopback one, or a name that
 * was allowed. A name of somebody else's that resolves to this machine (DNS rebinding) is none of these.
 */
function isOwnName(name: string, localAddress: string | undefined, allowed: readonly string[]): boolean {
  const address = plainAddress(localAddress);
  if (address === undefined) return false;
  return (
    name === address ||
    allowed.includes(name) ||
    (isLoopback(address) && (name === 'localhost' || isLoopback(name)))
  );
}

/** A page of another site cannot make its reader's browser ask: browsers say where a request comes from. */
function isForeign({ headers, socket }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin } = headers;
  if (origin === undefined) return false;
  const scheme = 'encrypted' in socket ? 'https' : 'http';
  return origin.toLowerCase() !== `${scheme}://${headers.host?.toLowerCase()}`;
}

/** Refuses a request that somebody's page makes, or that is for another name; undefined when it may go on. */
export function strangerRefusal(
  request: IncomingMessage,
  allowedHosts: GateOptions['allowedHosts'],
): Refusal | undefined {
  const name = hostName(request.headers.host);
  if (name === undefined || !isOwnName(name, request.socket.localAddress, allowedHosts))
    return { status: 421, message: 'the service is not known by this Host: --web.allowed-host allows names' };
  return isForeign(request)
    ? { status: 403, message: 'requests from pages of another origin are refused' }
    : undefined;
}

/** Undefined when the request may go on. */
export function refusalOf(
  request: IncomingMessage,
  { checkToken, allowedHosts }: GateOptions,
): Refusal | undefined {
  const { headers, method } = request;
  const strange = strangerRefusal(request, allowedHosts);
  if (strange !== undefined) return strange;
  if (checkToken !== undefined && !checkToken(headers))
    return { status: 401, message: 'wants its token: Authorization: Bearer <token>' };
  const isJson = /^application\/json *(;|$)/i.test(headers['content-type'] ?? '');
  if ((method === 'POST' || method === 'PUT') && !isJson)
    return { status: 415, message: 'wants Content-Type: application/json' };
  return undefined;
}
