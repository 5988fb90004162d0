/** A tagged image, and where its registry is asked. */
export interface ImageReference {
  /** Such as `http://127.0.0.1:5000` or `https://quay.io`. */
  readonly registry: string;
  /** Such as `library/node`. */
  readonly repository: string;
  readonly tag: string;
}

const HOST = String.raw`(?:[\w-]+\.)+[\w-]+(?::\d+)?|[\w-]+:\d+|localhost|\[[\da-f:]+\](?::\d+)?`;
const COMPONENT = String.raw`[a-z\d]+(?:[._-]+[a-z\d]+)*`;
const REFERENCE = new RegExp(`^(?:(${HOST})/)?(${COMPONENT}(?:/${COMPONENT})*):(\\w[\\w.-]{0,127})$`);

/** Docker Hub is what a name without a host means, and answers under another name than its own. */
const DOCKER_HUB = 'registry-1.docker.io';
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

/**
 * `node:22`, `quay.io/prometheus/prometheus:v3.5.0` or `127.0.0.1:5000/kubevigil:0.1.0`, as Docker understands them: the part before
 * the first slash is a host when it has a dot or a port, and one on loopback is spoken to in the clear.
 *
 * @see https://pkg.go.dev/github.com/distribution/reference
 * @throws {Error} when it is no such name, or has no tag
 */
export function parseReference(image: string): ImageReference {
  const [, host, path = '', tag] = REFERENCE.exec(image) ?? [];
  if (tag === undefined) throw new Error(`${image} is no image with a tag, such as node:22-bookworm-slim`);
  if (host === undefined || host === 'docker.io') {
    const repository = path.includes('/') ? path : `library/${path}`;
    return { registry: `https://${DOCKER_HUB}`, repository, tag };
  }
  return { registry: `${LOOPBACK.test(host) ? 'http' : 'https'}://${host}`, repository: path, tag };
}

/** Whether nobody on the way can read or change what is said there. */
export function isPrivate(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.host));
}
