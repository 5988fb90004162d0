import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { BuilderError, messageOf } from '../../common/errors.ts';
import type { PrometheusConfig } from '../config/schema.ts';

function read(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new BuilderError('config', `prometheus.${key}: cannot read ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The headers that every request carries. Secrets come from files at each start, never from the manifest. */
export function requestHeaders(config: PrometheusConfig): Record<string, string> {
  const token =
    config.bearerTokenFile === undefined
      ? config.bearerToken
      : read('bearerTokenFile', config.bearerTokenFile).trim();
  const { basicAuth } = config;
  if (token !== undefined && basicAuth !== undefined) {
    throw new BuilderError(
      'config',
      'prometheus: both a bearer token and basicAuth are given: say one of them',
    );
  }
  const headers: Record<string, string> = { ...config.headers };
  if (config.tenant !== undefined) headers['X-Scope-OrgID'] = config.tenant;
  if (token !== undefined) headers['Authorization'] = `Bearer ${token}`;
  if (basicAuth !== undefined) {
    const password =
      basicAuth.passwordFile === undefined
        ? (basicAuth.password ?? '')
        : read('basicAuth.passwordFile', basicAuth.passwordFile).replace(/\r?\n$/, '');
    headers['Authorization'] = `Basic ${Buffer.from(`${basicAuth.username}:${password}`).toString('base64')}`;
  }
  return headers;
}

/** The connection's TLS settings; undefined for Node's defaults. */
export function tlsAgent({ tls }: PrometheusConfig): Agent | undefined {
  if (tls === undefined) return undefined;
  return new Agent({
    keepAlive: true,
    rejectUnauthorized: !tls.insecureSkipVerify,
    ...(tls.caFile !== undefined && { ca: read('tls.caFile', tls.caFile) }),
    ...(tls.certFile !== undefined && { cert: read('tls.certFile', tls.certFile) }),
    ...(tls.keyFile !== undefined && { key: read('tls.keyFile', tls.keyFile) }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
  });
}
