import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { parse } from 'yaml';
import type { ClientPolicy } from './client-certificates.ts';
import { type TlsDocument, type WebConfigDocument, webConfigSchema } from './config-schema.ts';
import { CURVES, TLS_VERSIONS } from './go-names.ts';

/** How a server protects itself, with everything read that it needs. */
export interface WebConfig {
  readonly tls: { readonly context: SecureContextOptions; readonly clients: ClientPolicy } | undefined;
  /** Sent with every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bcrypt hashes by name; nobody needs a password when it is empty. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit: { readonly intervalMs: number; readonly burst: number } | undefined;
}

/** The file cannot be used; the message names it and says why in one line. */
export class WebConfigError extends Error {
  override readonly name = 'WebConfigError';
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0];

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? messageOf(error);
    throw new WebConfigError(`${what} ${path}: ${code === 'ENOENT' ? 'there is no such file' : code}`, {
      cause: error,
    });
  }
}

/** `key: value` in which a YAML reader stumbles may be a secret: its message is shown only up to the excerpt. */
function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (error) {
    throw new WebConfigError(`${path}: ${messageOf(error)?.replace(/:$/, '')}`, { cause: error });
  }
}

/**
 * Reads the file alone, not what it names; relative paths become absolute, relative to its folder.
 *
 * @throws {WebConfigError}
 */
export function readWebConfigFile(path: string): WebConfigDocument {
  const result = webConfigSchema.safeParse(parseYaml(readText(path, '--web.config.file'), path));
  if (!result.success) {
    const issue = result.error.issues[0];
    const place = issue === undefined || issue.path.length === 0 ? '' : `: ${issue.path.join('.')}`;
    throw new WebConfigError(`${path}${place}: ${issue?.message}`, { cause: result.error });
  }
  const { tls_server_config: tls } = result.data;
  if (tls === undefined) return result.data;
  const folder = dirname(path);
  const absolute = (name: string | undefined) => (name === undefined ? {} : resolve(folder, name));
  const paths = Object.fromEntries(
    FILE_KEYS.flatMap((key) => (tls[key] === undefined ? [] : [[key, absolute(tls[key])]])),
  );
  return { ...result.data, tls_server_config: { ...tls, ...paths } };
}

const FILE_KEYS = ['cert_file', 'key_file', 'client_ca_file'] as const;

/** The files that a configuration names. */
export function filesOf({ tls_server_config: tls }: WebConfigDocument): string[] {
  return FILE_KEYS.flatMap((key) => tls?.[key] ?? []);
}

function material(tls: TlsDocument, key: 'cert' | 'key' | 'client_ca', where: string): string | undefined {
  const file = tls[`${key}_file`];
  if (file !== undefined && tls[key] !== undefined) {
    throw new WebConfigError(`${where}: ${key} and ${key}_file exclude each other`);
  }
  return file === undefined ? tls[key] : readText(file, `${key}_file`);
}

function loadTls(tls: TlsDocument, where: string): NonNullable<WebConfig['tls']> {
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
  } catch (error) {
    throw new WebConfigError(`${where}: ${messageOf(error)}`, { cause: error });
  }
  return { context, clients: { type, allowedSans: tls.client_allowed_sans } };
}

/**
 * Reads what the configuration names, and holds that the parts fit each other.
 *
 * @param path of the file, for messages
 * @throws {WebConfigError}
 */
export function loadWebConfig(document: WebConfigDocument, path: string): WebConfig {
  const { tls_server_config: tls, rate_limit: limit } = document;
  return {
    tls: tls && loadTls(tls, `${path}: tls_server_config`),
    headers: Object.fromEntries(
      Object.entries(document.http_server_config.headers).filter((header): header is [string, string] =>
        Boolean(header[1]),
      ),
    ),
    users: new Map(Object.entries(document.basic_auth_users ?? {})),
    rateLimit:
      limit === undefined || limit.interval === 0
        ? undefined
        : { intervalMs: limit.interval, burst: limit.burst },
  };
}
