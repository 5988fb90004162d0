import type { V1Pod, V1PodList } from '@kubernetes/client-node';
import type { ApiAccess } from './api-access.ts';
import { KubernetesError } from './errors.ts';
import { sendForJson } from './request.ts';

export const PODS_PATH = '/api/v1/pods';
const TIMEOUT_MS = 30_000;
/** Pods of a page: what is parsed at once is some MB at most. */
const PAGE = '100';

interface PodPage {
  readonly items: readonly V1Pod[];
  readonly resourceVersion: string;
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined;
}

function asPage(value: unknown): PodPage {
  const { items, metadata } = (value ?? {}) as Partial<V1PodList>;
  if (!Array.isArray(items) || typeof metadata?.resourceVersion !== 'string') {
    throw new KubernetesError('malformed', "the API server's answer is no list of pods");
  }
  return { items, resourceVersion: metadata.resourceVersion, next: continueOf(metadata) };
}

/** On the wire it is called `continue`, a reserved word that the generated types avoid. */
function continueOf(metadata: object): string | undefined {
  return (metadata as { continue?: string }).continue || undefined;
}

/**
 * The pods of one node, page by page.
 *
 * @param fresh whether the server is to read its store instead of its cache, which costs more and never is behind
 * @throws {KubernetesError} `gone` when a page came too late after the one before
 */
export async function* listPods(
  access: ApiAccess,
  node: string,
  fresh: boolean,
  signal: AbortSignal,
): AsyncGenerator<PodPage> {
  const selection = { fieldSelector: `spec.nodeName=${node}`, limit: PAGE };
  let query: Record<string, string> = { ...selection, ...(!fresh && { resourceVersion: '0' }) };
  for (;;) {
    const page = asPage(await sendForJson(access, { path: PODS_PATH, query, timeoutMs: TIMEOUT_MS, signal }));
    yield page;
    if (page.next === undefined) return;
    query = { ...selection, continue: page.next };
  }
}
