import type { X509Certificate } from 'node:crypto';
import type { TLSSocket, TlsOptions } from 'node:tls';

/** Go's `tls.ClientAuthType`, and the toolkit's older name for one of them. */
export const CLIENT_AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'RequireClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;

type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

/** Which clients may connect. */
export interface ClientPolicy {
  readonly type: ClientAuthType;
  /** The certificate has one of these names, where the list is given and there is a certificate. */
  readonly allowedSans: readonly string[] | undefined;
}

/** What Node is told; the rest is for {@link admits} to see. */
export function requestOptions({ type }: ClientPolicy): TlsOptions {
  return { requestCert: type !== 'NoClientCert', rejectUnauthorized: type === 'RequireAndVerifyClientCert' };
}

const NAME = /(?:^|, )(?:DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,"]*)/g;

/** The alternative names of a certificate; Node quotes those with a comma as JSON, so that none can be forged. */
function sansOf({ subjectAltName = '' }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(NAME)].map(([, name = '']) =>
    name.startsWith('"') ? (JSON.parse(name) as string) : name,
  );
}

/** Whether a client whose handshake is done may stay. */
export function admits({ type, allowedSans }: ClientPolicy, socket: TLSSocket): boolean {
  if (type === 'NoClientCert') return true;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return type === 'RequestClientCert' || type === 'VerifyClientCertIfGiven';
  const verified = type === 'VerifyClientCertIfGiven' || type === 'RequireAndVerifyClientCert';
  if (verified && !socket.authorized) return false;
  return allowedSans === undefined || sansOf(certificate).some((name) => allowedSans.includes(name));
}
