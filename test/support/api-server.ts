import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { createAuthority } from './certificates.ts';

interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
  readonly body: unknown;
}

/** Answers a request itself instead of the server; false lets the server answer. */
type Override = (request: RecordedRequest, response: ServerResponse) => boolean;
type Review = (spec: Record<string, unknown>) => object | undefined;

interface WatchLine {
  readonly version: number;
  readonly type: string;
  readonly object: object;
}

const clone = <T>(value: T): T => structuredClone(value);

function json(response: ServerResponse, status: number, value: object, headers = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

/** An error as the API server writes it. */
export function refuseWith(response: ServerResponse, code: number, reason: string, headers = {}): true {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: reason,
    reason,
    code,
  };
  json(response, code, status, headers);
  return true;
}

/**
 * Speaks the wire format of a Kubernetes API server, over TLS and with bearer tokens: lists in pages, watches with
 * bookmarks, 410 for versions that were compacted, TokenReview and SubjectAccessReview. A real one cannot run here.
 */
export class ApiServer {
  readonly requests: RecordedRequest[] = [];
  readonly tokens = new Set(['first']);
  pageSize = Number.POSITIVE_INFINITY;
  /** Asked first, in order; each is for one request unless it declines it. */
  readonly overrides: Override[] = [];
  tokenReview: Review = () => undefined;
  accessReview: Review = () => undefined;
  readonly #authority = createAuthority('Cluster');
  readonly #pods = new Map<string, V1Pod>();
  readonly #log: WatchLine[] = [];
  readonly #watches = new Map<ServerResponse, string>();
  #version = 1_000;
  #compacted = 0;
  #server: Server | undefined;
  #port = 0;

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** How many watches are open. */
  get watches(): number {
    return this.#watches.size;
  }

  /** Starts, or starts again at the same address. */
  async start(): Promise<void> {
    const server = createServer(this.#authority.issue('kube-apiserver', '127.0.0.1'), (request, response) => {
      void this.#serve(request, response);
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Goes away, with all connections. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** Writes what the kubelet mounts into a pod. */
  writeServiceAccount(folder: string, token: string): void {
    writeFileSync(join(folder, 'token'), token);
    writeFileSync(join(folder, 'ca.crt'), this.#authority.cert);
  }

  /** Writes a kubeconfig as a developer has one, and returns its path. */
  writeKubeconfig(folder: string): string {
    const file = join(folder, 'kubeconfig');
    const cluster = {
      server: `https://${this.address}`,
      'certificate-authority-data': Buffer.from(this.#authority.cert).toString('base64'),
    };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'test', user: { token: 'first' } }],
    };
    writeFileSync(file, stringify(config));
    return file;
  }

  put(pod: V1Pod): void {
    const object = clone(pod);
    const uid = object.metadata?.uid ?? '';
    object.metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    this.#publish(this.#pods.has(uid) ? 'MODIFIED' : 'ADDED', object);
    this.#pods.set(uid, object);
  }

  delete(uid: string): void {
    const object = clone(this.#pods.get(uid) ?? {});
    this.#pods.delete(uid);
    object.metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    this.#publish('DELETED', object);
  }

  bookmark(): void {
    const metadata = { resourceVersion: String(++this.#version) };
    for (const response of this.#watches.keys()) {
      this.#line(response, 'BOOKMARK', { kind: 'Pod', apiVersion: 'v1', metadata });
    }
  }

  /** A pod as it was, in an event that tells no version. */
  tellAgain(pod: V1Pod): void {
    for (const response of this.#watches.keys()) this.#line(response, 'MODIFIED', pod);
  }

  /** Forgets what was before: whoever asks for it gets 410. */
  compact(): void {
    this.#compacted = ++this.#version;
    this.#log.length = 0;
  }

  /** Ends the watches, each as `how` says; by default as the server does when their time is up. */
  endWatches(how: (response: ServerResponse) => void = (response) => response.end()): void {
    for (const response of this.#watches.keys()) {
      this.#watches.delete(response);
      how(response);
    }
  }

  #publish(type: string, object: V1Pod): void {
    this.#log.push({ version: this.#version, type, object });
    for (const [response, node] of this.#watches) {
      if (object.spec?.nodeName === node) this.#line(response, type, object);
    }
  }

  #line(response: ServerResponse, type: string, object: object): void {
    const text = `${JSON.stringify({ type, object })}\n`;
    // As two chunks, since nothing promises that a line comes as one.
    const middle = Math.floor(text.length / 2);
    response.write(text.slice(0, middle));
    response.write(text.slice(middle));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    const url = new URL(incoming.url ?? '', 'https://server');
    const request: RecordedRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      token: (incoming.headers.authorization ?? '').replace('Bearer ', ''),
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.requests.push(request);
    const index = this.overrides.findIndex((override) => override(request, response));
    if (index >= 0) this.overrides.splice(index, 1);
    else if (!this.tokens.has(request.token)) refuseWith(response, 401, 'Unauthorized');
    else if (request.method === 'POST') this.#review(request, response);
    else if (request.path !== '/api/v1/pods') refuseWith(response, 404, 'NotFound');
    else if (request.query.get('watch') === 'true') this.#watch(request, response);
    else this.#list(request, response);
  }

  #list({ query }: RecordedRequest, response: ServerResponse): void {
    const node = query.get('fieldSelector')?.replace('spec.nodeName=', '');
    const pods = [...this.#pods.values()].filter(({ spec }) => spec?.nodeName === node);
    const start = Number(query.get('continue') ?? 0);
    const end = start + Math.min(this.pageSize, Number(query.get('limit') ?? Number.POSITIVE_INFINITY));
    const metadata = {
      resourceVersion: String(this.#version),
      ...(end < pods.length && { continue: String(end), remainingItemCount: pods.length - end }),
    };
    json(response, 200, { kind: 'PodList', apiVersion: 'v1', metadata, items: pods.slice(start, end) });
  }

  #watch({ query }: RecordedRequest, response: ServerResponse): void {
    const from = Number(query.get('resourceVersion'));
    const node = query.get('fieldSelector')?.replace('spec.nodeName=', '') ?? '';
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
    if (from < this.#compacted) {
      const message = `too old resource version: ${from} (${this.#compacted})`;
      const status = {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        message,
        reason: 'Expired',
        code: 410,
      };
      response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
      return;
    }
    this.#watches.set(response, node);
    response.once('close', () => this.#watches.delete(response));
    for (const { version, type, object } of this.#log) {
      if (version > from && (object as V1Pod).spec?.nodeName === node) this.#line(response, type, object);
    }
  }

  #review({ path, body }: RecordedRequest, response: ServerResponse): void {
    const { spec = {}, ...rest } = body as { spec?: Record<string, unknown> };
    const review = path.endsWith('/tokenreviews') ? this.tokenReview : this.accessReview;
    const status = review(spec);
    if (status !== undefined) json(response, 201, { ...rest, metadata: {}, spec, status });
  }
}
