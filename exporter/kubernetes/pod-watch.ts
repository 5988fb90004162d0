import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { SourceError } from '../base/errors.ts';
import type { ApiAccess } from './api-access.ts';
import { Backoff } from './backoff.ts';
import { KubernetesError, statusError } from './errors.ts';
import { readJsonLines } from './json-lines.ts';
import { listPods, PODS_PATH } from './list-pods.ts';
import type { PodStore } from './pod-store.ts';
import { send } from './request.ts';

/** What the extractors name this source. */
const SOURCE = 'kubernetes/pods';

/** How patient the watch is, in milliseconds. */
export interface Patience {
  /** The first wait after something went wrong, and the longest. */
  readonly minWaitMs: number;
  readonly maxWaitMs: number;
  /** For how long the server is asked to keep a watch open. */
  readonly watchMs: number;
  /** Without an answer or a byte for longer than the watch should last, the connection is taken for dead. */
  readonly graceMs: number;
}

const PATIENCE: Patience = { minWaitMs: 800, maxWaitMs: 30_000, watchMs: 300_000, graceMs: 30_000 };

interface WatchEvent {
  readonly type: string;
  readonly object: V1Pod & { readonly code?: number; readonly message?: string };
}

function asEvent(value: unknown): WatchEvent {
  const { type, object } = (value ?? {}) as Partial<WatchEvent>;
  if (typeof type === 'string' && typeof object === 'object' && object !== null) return { type, object };
  throw new KubernetesError('malformed', 'the watch sent a line that is no event');
}

/**
 * Keeps a store equal to the pods of this node: a list, then a watch from there on, each again when it ends.
 *
 * The watch goes on from the last version it saw; when the server has forgotten that (410), from a new list. While the
 * server is away the store stays as it was, and {@link error} says why.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export class PodWatch {
  readonly store: PodStore;
  readonly #access: ApiAccess;
  readonly #node: string;
  readonly #patience: Patience;
  readonly #stopping = new AbortController();
  readonly #backoff: Backoff;
  /** Where to go on; undefined when a list is due. */
  #version: string | undefined;
  #error: KubernetesError | undefined;
  /** The server's cache was behind, or forgot where we were. */
  #fresh = false;

  constructor(access: ApiAccess, node: string, store: PodStore, patience: Patience = PATIENCE) {
    this.store = store;
    this.#access = access;
    this.#node = node;
    this.#patience = patience;
    this.#backoff = new Backoff(patience.minWaitMs, patience.maxWaitMs);
  }

  /** Why the pods are not known, or not followed any more; undefined when all is well. */
  get error(): SourceError | undefined {
    if (this.#error === undefined) {
      return this.store.complete
        ? undefined
        : new SourceError('failed', SOURCE, 'the pods are not listed yet');
    }
    const { code, message } = this.#error;
    const denied = code === 'unauthorized' || code === 'forbidden';
    return new SourceError(denied ? 'unreadable' : 'failed', SOURCE, `pods: ${message}`, {
      cause: this.#error,
    });
  }

  /** Goes on until {@link stop}. */
  async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let waitMs = 0;
      try {
        this.#version ??= await this.#list();
        await this.#follow(this.#version);
      } catch (error) {
        if (signal.aborted) return;
        waitMs = this.#note(error);
      }
      // Also after a watch that ended as it should: a server that ends each at once is not to be asked without end.
      waitMs = Math.max(waitMs, this.#backoff.next());
      await sleep(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Takes note of what went wrong, and returns for how long the server wants to be left alone. */
  #note(cause: unknown): number {
    const error =
      cause instanceof KubernetesError
        ? cause
        : new KubernetesError('malformed', `a pod is not what it should be: ${String(cause)}`, { cause });
    if (error.code === 'gone') [this.#version, this.#fresh] = [undefined, true];
    else this.#become(error);
    return error.retryAfterMs;
  }

  #become(error: KubernetesError | undefined): void {
    this.#error = error;
    this.store.names.follow(error === undefined);
  }

  async #list(): Promise<string> {
    const uids = new Set<string>();
    let version = '';
    for await (const page of listPods(this.#access, this.#node, this.#fresh, this.#stopping.signal)) {
      for (const pod of page.items) {
        this.store.put(pod);
        if (pod.metadata?.uid !== undefined) uids.add(pod.metadata.uid);
      }
      version = page.resourceVersion;
    }
    this.store.retain(uids);
    this.#become(undefined);
    this.#fresh = false;
    return version;
  }

  /** Takes over what happens, until the watch ends. */
  async #follow(version: string): Promise<void> {
    const { watchMs, graceMs } = this.#patience;
    const connection = new AbortController();
    const end = () => connection.abort();
    this.#stopping.signal.addEventListener('abort', end, { once: true });
    const timer = setTimeout(end, watchMs + graceMs);
    try {
      const response = await send(this.#access, {
        path: PODS_PATH,
        query: {
          fieldSelector: `spec.nodeName=${this.#node}`,
          watch: 'true',
          allowWatchBookmarks: 'true',
          resourceVersion: version,
          timeoutSeconds: String(Math.max(1, Math.round(watchMs / 1_000))),
        },
        timeoutMs: graceMs,
        signal: connection.signal,
      });
      this.#become(undefined);
      for await (const line of readJsonLines(response)) this.#apply(asEvent(line));
      this.#backoff.reset();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (error instanceof KubernetesError || code === undefined) throw error;
      // A system's or stream's code: the connection broke off: the next watch goes on from where this one came to.
    } finally {
      clearTimeout(timer);
      this.#stopping.signal.removeEventListener('abort', end);
      end();
    }
  }

  #apply({ type, object }: WatchEvent): void {
    if (type === 'ERROR') throw statusError(object.code ?? 0, object.message ?? '');
    if (type === 'ADDED' || type === 'MODIFIED') this.store.put(object);
    else if (type === 'DELETED') this.store.delete(object.metadata?.uid ?? '');
    // A bookmark has nothing but the version.
    this.#version = object.metadata?.resourceVersion ?? this.#version;
    this.#backoff.reset();
  }
}
