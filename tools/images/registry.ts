import { createHash } from 'node:crypto';
import axios, { type AxiosResponse } from 'axios';
import { type ImageReference, isPrivate } from './reference.ts';

const TIMEOUT_MS = 30_000;
const MOST_BYTES = 4 << 20;
/** An image for several architectures, as OCI and as Docker have it, and one for a single one. */
const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** What a registry says that a tag means now. */
export interface Resolved {
  readonly digest: string;
  /** Such as `linux/amd64`; undefined when the image is for one architecture, which only its configuration names. */
  readonly platforms: readonly string[] | undefined;
}

function get(url: string, headers: Record<string, string>): Promise<AxiosResponse<Buffer>> {
  return axios.get(url, {
    headers,
    responseType: 'arraybuffer',
    timeout: TIMEOUT_MS,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    maxContentLength: MOST_BYTES,
    maxRedirects: 3,
    validateStatus: () => true,
  });
}

function json(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new Error('answered something that is not JSON');
}

/**
 * A token for pulling that everybody gets, from where the registry's refusal says.
 *
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
async function anonymousToken(challenge: string, repository: string): Promise<string> {
  const parameters = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  );
  const realm = parameters.get('realm') ?? '';
  if (!/^bearer /i.test(challenge) || !URL.canParse(realm))
    throw new Error('wants more than a token for everybody');
  const url = new URL(realm);
  if (!isPrivate(url)) throw new Error(`sends for a token in the clear, to ${url.host}`);
  const service = parameters.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${repository}:pull`);
  const { status, data } = await get(url.href, {});
  const { token, access_token: other } = status === 200 ? json(data) : {};
  const text = token ?? other;
  if (typeof text !== 'string') throw new Error(`gave no token (${url.host}: ${status})`);
  return text;
}

interface Index {
  readonly manifests?: readonly { readonly platform?: Readonly<Record<string, string>> }[];
}

function resolved({ data, headers }: AxiosResponse<Buffer>): Resolved {
  const digest = `sha256:${createHash('sha256').update(data).digest('hex')}`;
  const said: unknown = headers['docker-content-digest'];
  if (said !== undefined && said !== digest) throw new Error(`says ${String(said)} and sends ${digest}`);
  const type = String(headers['content-type']).split(';')[0] ?? '';
  if (MANIFEST_TYPES.includes(type)) return { digest, platforms: undefined };
  if (!INDEX_TYPES.includes(type)) throw new Error(`answered ${type}, which is no image`);
  const { manifests = [] } = json(data) as Index;
  // Attestations lie beside the images, as of unknown architecture.
  const platforms = manifests.flatMap(({ platform }) =>
    platform === undefined || platform['os'] === 'unknown'
      ? []
      : [`${platform['os']}/${platform['architecture']}`],
  );
  return { digest, platforms };
}

/**
 * Asks a registry for what a tag means, with no other rights than everybody has. The digest is that of the bytes that came.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 * @throws {Error} one line that names the registry
 */
export async function resolveTag({ registry, repository, tag }: ImageReference): Promise<Resolved> {
  const url = `${registry}/v2/${repository}/manifests/${tag}`;
  const headers = { Accept: [...INDEX_TYPES, ...MANIFEST_TYPES].join(', ') };
  try {
    let answer = await get(url, headers);
    if (answer.status === 401) {
      const token = await anonymousToken(String(answer.headers['www-authenticate'] ?? ''), repository);
      answer = await get(url, { ...headers, Authorization: `Bearer ${token}` });
    }
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    return resolved(answer);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    throw new Error(`${new URL(registry).host} ${message || code}`, { cause: error });
  }
}
