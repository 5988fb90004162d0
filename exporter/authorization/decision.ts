/**
 * What becomes of a request: `unauthenticated` nobody the cluster knows, `forbidden` somebody who may not,
 * `unavailable` it cannot be found out now. Only `allowed` opens.
 */
export type Decision = 'allowed' | 'unauthenticated' | 'forbidden' | 'unavailable';

/** Decides on a bearer token and the path that it wants to GET. */
export type Authorize = (token: string, path: string) => Promise<Decision>;
