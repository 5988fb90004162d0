import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** What a tag is: the bytes of its manifest, and of which kind it is. */
interface Tagged {
  readonly body: string;
  readonly type: string;
}

export const digestOf = (body: string) => `sha256:${createHash('sha256').update(body).digest('hex')}`;

/** An image for several platforms, with the attestations that builders put beside them. */
export function imageIndex(platforms: readonly string[], salt = ''): Tagged {
  const manifests = [...platforms, 'unknown/unknown'].map((platform) => {
    const [os, architecture] = platform.split('/');
    return { digest: digestOf(platform + salt), size: 1, platform: { os, architecture } };
  });
  return { body: JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }), type: INDEX };
}

/**
 * Speaks the wire format of an image registry as far as a client goes that asks for manifests: 401 with a challenge, a token
 * for everybody from another path, the manifest by its tag. A real one cannot run here.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export class ImageRegistry {
  /** By `repository:tag`. */
  readonly images = new Map<string, Tagged>();
  /** Asked first; true when it has answered itself. */
  override: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  /** Paths, and whether a token came along. */
  readonly requests: string[] = [];
  realm: string | undefined;
  #server: Server | undefined;
  #address = '';

  get address(): string {
    return this.#address;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => this.#serve(request, response)).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#address = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', `http://${this.#address}`);
    const { authorization } = request.headers;
    this.requests.push(`${pathname}${authorization === undefined ? '' : ' with a token'}`);
    if (this.override(request, response)) return;
    const scope = searchParams.get('scope');
    if (pathname === '/token') {
      response.end(JSON.stringify({ token: Buffer.from(scope ?? '').toString('base64') }));
      return;
    }
    const [, repository = '', tag = ''] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(pathname) ?? [];
    const wanted = Buffer.from(`repository:${repository}:pull`).toString('base64');
    if (authorization !== `Bearer ${wanted}`) {
      const realm = this.realm ?? `http://${this.#address}/token`;
      response.setHeader('WWW-Authenticate', `Bearer realm="${realm}",service="tests",scope="ignored"`);
      response.writeHead(401).end('{}');
      return;
    }
    const image = this.images.get(`${repository}:${tag}`);
    if (image === undefined) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    else {
      response.setHeader('Docker-Content-Digest', digestOf(image.body));
      response.setHeader('Content-Type', image.type).end(image.body);
    }
  }
}
