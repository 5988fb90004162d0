import { createHmac, randomBytes } from 'node:crypto';
import type { Logger } from '../../common/log.ts';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import { KubernetesError } from '../kubernetes/errors.ts';
import { ExpiringMap } from './expiring-map.ts';
import { reviewAccess, reviewToken } from './reviews.ts';

/**
 * What becomes of a request: `unauthenticated` nobody the cluster knows, `forbidden` somebody who may not,
 * `unavailable` it cannot be found out now. Only `allowed` opens.
 */
export type Decision = 'allowed' | 'unauthenticated' | 'forbidden' | 'unavailable';

/** Decides on a bearer token and the path that it wants to GET. */
export type Authorize = (token: string, path: string) => Promise<Decision>;

/** For this long a token that was withdrawn still opens. */
const ALLOWED_MS = 60_000;
/** For this long a right that was just given does not. */
const REFUSED_MS = 5_000;
const MAX_REMEMBERED = 256;
/** Whoever floods us with made-up tokens asks the API server this often at once, and no more. */
const MAX_REVIEWS = 16;

/**
 * Lets the cluster decide, as kube-rbac-proxy does: a TokenReview says who it is, a SubjectAccessReview whether they may.
 * When the API server says no, is slow, away or answers nonsense, the answer is not yes.
 *
 * Requests with the same token and path share one review, and its outcome for some time. Refusals are remembered
 * apart, so that made-up tokens push no good one out.
 *
 * @param audiences one of which tokens must be for; empty: the API server's own
 */
export function kubernetesAuthorizer(
  access: ApiAccess,
  audiences: readonly string[],
  logger: Logger,
): Authorize {
  const secret = randomBytes(32);
  const allowed = new ExpiringMap<Decision>(ALLOWED_MS, MAX_REMEMBERED);
  const refused = new ExpiringMap<Decision>(REFUSED_MS, MAX_REMEMBERED);
  const reviewing = new Map<string, Promise<Decision>>();
  let available = true;

  async function review(token: string, path: string): Promise<Decision> {
    const user = await reviewToken(access, token, audiences);
    if (user === undefined) return 'unauthenticated';
    return (await reviewAccess(access, user, path)) ? 'allowed' : 'forbidden';
  }

  /** One line when the API server becomes unable to decide, and one when it is able again. */
  function note(error: unknown): void {
    if (available === (error === undefined)) return;
    available = error === undefined;
    if (available) logger.info('Requests are authorized again');
    else logger.error('Requests cannot be authorized, and are refused', { error: String(error) });
  }

  async function decide(token: string, path: string, key: string): Promise<Decision> {
    try {
      const decision = await review(token, path);
      note(undefined);
      (decision === 'allowed' ? allowed : refused).set(key, decision, performance.now());
      return decision;
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      note(error);
      return 'unavailable';
    }
  }

  return async (token, path) => {
    // A digest that is of use in this process only, so that no token lies about in memory.
    const key = createHmac('sha256', secret).update(`${path}\0${token}`).digest('base64');
    const now = performance.now();
    const known = allowed.get(key, now) ?? refused.get(key, now) ?? reviewing.get(key);
    if (known !== undefined) return known;
    if (reviewing.size >= MAX_REVIEWS) return 'unavailable';
    const decision = decide(token, path, key).finally(() => reviewing.delete(key));
    reviewing.set(key, decision);
    return decision;
  };
}
