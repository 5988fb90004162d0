import type {
  V1SubjectAccessReview,
  V1SubjectAccessReviewStatus,
  V1TokenReview,
  V1TokenReviewStatus,
  V1UserInfo,
} from '@kubernetes/client-node';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { sendForJson } from '../kubernetes/request.ts';

/** Both reviews together fit into a usual scrape timeout of 10 s. */
const TIMEOUT_MS = 4_000;

function statusOf<S extends object>(answer: unknown): Partial<S> {
  const { status } = (answer ?? {}) as { status?: unknown };
  if (typeof status === 'object' && status !== null) return status;
  throw new KubernetesError('malformed', "the API server's review has no status");
}

/**
 * Who a token belongs to; undefined when it is nobody's, or not meant for us.
 *
 * @param audiences one of which the token must be for; empty: the API server's own
 * @throws {KubernetesError}
 */
export async function reviewToken(
  access: ApiAccess,
  token: string,
  audiences: readonly string[],
): Promise<V1UserInfo | undefined> {
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token, ...(audiences.length > 0 && { audiences: [...audiences] }) },
  } satisfies V1TokenReview;
  const path = '/apis/authentication.k8s.io/v1/tokenreviews';
  const status = statusOf<V1TokenReviewStatus>(
    await sendForJson(access, { path, body, timeoutMs: TIMEOUT_MS }),
  );
  if (status.authenticated !== true || !status.user?.username) return undefined;
  // A server that does not know of audiences answers without: then nothing is known about this token's.
  const meant = audiences.length === 0 || audiences.some((audience) => status.audiences?.includes(audience));
  return meant ? status.user : undefined;
}

/**
 * Whether a user may GET a path that is no resource of the cluster, such as /metrics.
 *
 * @throws {KubernetesError}
 */
export async function reviewAccess(access: ApiAccess, user: V1UserInfo, path: string): Promise<boolean> {
  const { username, uid, groups, extra } = user;
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      ...(username !== undefined && { user: username }),
      ...(uid !== undefined && { uid }),
      ...(groups !== undefined && { groups }),
      ...(extra !== undefined && { extra }),
      nonResourceAttributes: { path, verb: 'get' },
    },
  } satisfies V1SubjectAccessReview;
  const status = statusOf<V1SubjectAccessReviewStatus>(
    await sendForJson(access, {
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body,
      timeoutMs: TIMEOUT_MS,
    }),
  );
  return status.allowed === true && status.denied !== true;
}
