/**
 * Asks the API server what this pod may do, and for what it has no business with: everybody's secrets, nodes, roles, and the kubelet behind the
 * API server. It only reads and reviews, looks at the status alone, and of what it should be given asks for one object's metadata.
 */
import { type RequestOptions, request } from 'node:https';
import type { WorkerOptions } from '../scenario/worker.ts';
import { kubeConfig } from './kube-config.ts';
import { finish, lifetime, workerOptions } from './lifetime.ts';

const ANSWER_MS = 5_000;
/** Without contents, and without those of secrets above all. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

export interface ApiAbuseOptions extends WorkerOptions {
  readonly namespace: string;
  /** The node that this runs on; empty where it is not known. */
  readonly node: string;
  readonly requestsPerSecond: number;
}

interface Attempt {
  readonly path: string;
  /** Sent by POST; without it a GET. */
  readonly body?: object;
}

const { durationMs, namespace, node, requestsPerSecond } = workerOptions<ApiAbuseOptions>();
const REVIEWS = '/apis/authorization.k8s.io/v1';
const review = (kind: string, spec: object): Attempt => ({
  path: `${REVIEWS}/${kind.toLowerCase()}s`,
  body: { apiVersion: 'authorization.k8s.io/v1', kind, spec },
});
const access = (resource: string, verb: string, subresource = '') =>
  review('SelfSubjectAccessReview', { resourceAttributes: { namespace, resource, verb, subresource } });
const ATTEMPTS: readonly Attempt[] = [
  review('SelfSubjectRulesReview', { namespace }),
  { path: '/api/v1/namespaces/kube-system/secrets?limit=1' },
  access('pods', 'create', 'exec'),
  { path: '/api/v1/secrets?limit=1' },
  { path: '/api/v1/nodes?limit=1' },
  access('secrets', 'list'),
  { path: '/apis/rbac.authorization.k8s.io/v1/clusterroles?limit=1' },
  ...(node === '' ? [] : [{ path: `/api/v1/nodes/${encodeURIComponent(node)}/proxy/healthz` }]),
];

const life = lifetime(durationMs);
const config = kubeConfig();
const server = config.getCurrentCluster()?.server ?? '';
let answered = 0;
let failure = 'no answer in time';

/** On a connection of its own, as a tool that is started for each question has it. */
async function attempt({ path, body }: Attempt): Promise<void> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const options: RequestOptions = {
    method: text === undefined ? 'GET' : 'POST',
    headers:
      text === undefined
        ? { Accept: METADATA_ONLY }
        : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) },
    timeout: ANSWER_MS,
  };
  await config.applyToHTTPSOptions(options);
  await new Promise<void>((resolve) => {
    const sent = request(
      new URL(path, server),
      { ...options, agent: false, signal: life.over },
      (response) => {
        answered++;
        response.destroy();
      },
    );
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.once('error', (error) => {
      // What is given up at the end tells nothing.
      if (life.goesOn()) failure = error.message;
    });
    sent.once('close', resolve).end(text);
  });
}

let asked = 0;
while (life.goesOn()) {
  const began = performance.now();
  await attempt(ATTEMPTS[asked++ % ATTEMPTS.length] as Attempt);
  await life.pause(1000 / requestsPerSecond - (performance.now() - began));
}
finish();
if (asked > 1 && answered === 0) throw new Error(`the API server answers nothing: ${failure}`);
