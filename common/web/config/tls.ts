import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { firstLineOf } from '../../errors.ts';
import type { ClientPolicy } from './client-certificates.ts';
import { readText, WebConfigError } from './error.ts';
import { CURVES, TLS_VERSIONS } from './go-names.ts';
import type { TlsDocument } from './schema.ts';

/** TLS as Node is told it, with certificates and keys read, and which clients may connect. */
export interface TlsConfig {
  readonly context: SecureContextOptions;
  readonly clients: ClientPolicy;
}

function material(tls: TlsDocument, key: 'cert' | 'key' | 'client_ca', where: string): string | undefined {
  const file = tls[`${key}_file`];
  if (file !== undefined && tls[key] !== undefined) {
    throw new WebConfigError(`${where}: ${key} and ${key}_file exclude each other`);
  }
  return file === undefined ? tls[key] : readText(file, `${key}_file`);
}

/**
 * Reads certificates and keys, and holds that they fit each other and the policy.
 *
 * @param where the section, for messages
 * @throws {WebConfigError}
 */
export function loadTls(tls: TlsDocument, where: string): TlsConfig {
  const cert = material(tls, 'cert', where);
  const key = material(tls, 'key', where);
  const ca = material(tls, 'client_ca', where);
  const missing = cert === undefined ? 'cert' : 'key';
  if (cert === undefined || key === undefined) {
    throw new WebConfigError(`${where}: needs ${missing} or ${missing}_file`);
  }
  const type = tls.client_auth_type;
  if (ca !== undefined && type === 'NoClientCert') {
    throw new WebConfigError(`${where}: client_ca without a client_auth_type that uses it`);
  }
  if (ca === undefined && type.includes('Verify')) {
    throw new WebConfigError(`${where}: client_auth_type ${type} needs client_ca or client_ca_file`);
  }
  if (tls.min_version === 'TLS13' && tls.max_version === 'TLS12') {
    throw new WebConfigError(`${where}: min_version is above max_version`);
  }
  const context: SecureContextOptions = {
    cert,
    key,
    // Without a list of its own Node would trust every public authority.
    ...(type === 'NoClientCert' ? {} : { ca: ca ?? [] }),
    minVersion: TLS_VERSIONS[tls.min_version],
    maxVersion: TLS_VERSIONS[tls.max_version],
    honorCipherOrder: tls.prefer_server_cipher_suites,
    ...(tls.cipher_suites.length === 0 ? {} : { ciphers: tls.cipher_suites.join(':') }),
    ...(tls.curve_preferences.length === 0
      ? {}
      : { ecdhCurve: tls.curve_preferences.map((name) => CURVES[name]).join(':') }),
  };
  try {
    createSecureContext(context);
    // Of a text without certificates OpenSSL would make an authority that knows nobody.
    if (ca !== undefined) new X509Certificate(ca);
  } catch (error) {
    throw new WebConfigError(`${where}: ${firstLineOf(error)}`, { cause: error });
  }
  return { context, clients: { type, allowedSans: tls.client_allowed_sans } };
}
