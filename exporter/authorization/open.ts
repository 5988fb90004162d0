import { UsageError } from '../../common/cli.ts';
import type { Logger } from '../../common/log.ts';
import type { WebConfigBook } from '../../common/web/config/book.ts';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import type { Authorize } from './authorizer.ts';
import { kubernetesAuthorizer } from './authorizer.ts';

/** What `--web.authorization` can be. */
export const AUTHORIZATIONS = ['none', 'kubernetes'] as const;

export interface AuthorizationOptions {
  readonly kind: (typeof AUTHORIZATIONS)[number];
  /** One of which tokens must be for; empty: the API server's own. */
  readonly audiences: readonly string[];
}

/**
 * Who decides on requests; undefined when everybody may.
 *
 * @throws {UsageError} when nobody can be asked, or passwords would take the header that tokens need
 */
export function openAuthorization(
  { kind, audiences }: AuthorizationOptions,
  access: ApiAccess | undefined,
  web: WebConfigBook | undefined,
  logger: Logger,
): Authorize | undefined {
  if (kind === 'none') return undefined;
  const flag = `--web.authorization=${kind}`;
  if (access === undefined) throw new UsageError(`${flag} works in a cluster, or with KUBECONFIG set`);
  const { users, tls } = web?.current() ?? {};
  if (users !== undefined && users.size > 0) {
    throw new UsageError(`${flag} and basic_auth_users exclude each other: both are one header`);
  }
  if (tls === undefined) {
    logger.warn('Tokens come in the clear: give --web.config.file a tls_server_config', { flag });
  }
  return kubernetesAuthorizer(access, audiences, logger);
}
