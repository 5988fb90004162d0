import type { RequestOptions } from 'node:https';

/** How to reach an API server. */
export interface ApiAccess {
  /** Such as `https://10.96.0.1:443`. */
  readonly server: string;
  /**
   * TLS and authorization of one request, read afresh each time: tokens and authorities are replaced while we run.
   *
   * @throws {KubernetesError} when a file cannot be read or a plug-in fails
   */
  requestOptions(): Promise<RequestOptions>;
}
