import type { WebConfigDocument } from './schema.ts';
import { loadTls, type TlsConfig } from './tls.ts';

/** How a server protects itself, with everything read that it needs. */
export interface WebConfig {
  readonly tls: TlsConfig | undefined;
  /** Sent with every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bcrypt hashes by name; nobody needs a password when it is empty. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit: { readonly intervalMs: number; readonly burst: number } | undefined;
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
