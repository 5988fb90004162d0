/**
 * Whom scenarios may trouble: this machine's loopback, and services that were allowed one by one.
 *
 * A target is looked up once, and the address that was found is the only one that is ever connected to, so that a name
 * whose address changes afterwards leads nowhere else. Names other than `localhost` must be allowed, and so must
 * addresses other than loopback; what is allowed must lie in a private network all the same.
 */
import { lookup as lookupName } from 'node:dns/promises';
import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';

/** Where to connect to, and as whom to address it. */
export interface Target {
  /** An IP address; IPv4 also where IPv6 carried it. */
  readonly address: string;
  readonly port: number;
  /** The Host header. */
  readonly host: string;
  readonly isLoopback: boolean;
}

type Lookup = (name: string) => Promise<readonly { readonly address: string }[]>;

const HTTP_PORT = 80;
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

function listOf(networks: Readonly<Record<string, number>>): BlockList {
  const list = new BlockList();
  for (const [network, bits] of Object.entries(networks)) {
    list.addSubnet(network, bits, isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list;
}

const LOOPBACK = listOf({ '127.0.0.0': 8, '::1': 128 });
/** RFC 1918, 6598 and 4193: what clusters give to services and pods. Link-local, with its metadata services, is not in it. */
const PRIVATE = listOf({ '10.0.0.0': 8, '172.16.0.0': 12, '192.168.0.0': 16, '100.64.0.0': 10, 'fc00::': 7 });

function within(list: BlockList, address: string): boolean {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  return list.check(new SocketAddress({ address, family }));
}

/** Whether an address is one that clusters give to pods and services: private, and not link-local. */
export const isPrivate = (address: string) => within(PRIVATE, address);

/** An IPv4 address that IPv6 carries, as IPv4. */
function plain(address: string): string {
  if (!isIPv6(address)) return address;
  // Written as the kernel would: ::FFFF:7f00:1 becomes ::ffff:127.0.0.1.
  const { address: canonical } = new SocketAddress({ address, family: 'ipv6' });
  return MAPPED.exec(canonical)?.[1] ?? canonical;
}

interface Place {
  /** In lower case, without brackets, and of an address its plainest form. */
  readonly host: string;
  readonly port: number;
}

function parseUrl(text: string): URL {
  try {
    return new URL(text.includes('://') ? text : `http://${text}`);
  } catch (cause) {
    throw new Error(`target ${JSON.stringify(text)} is no http://host:port`, { cause });
  }
}

/** As browsers read it, which makes 0x7f.1, 017700000001 and 2130706433 the address that they are. */
function parsePlace(text: string): Place {
  const url = parseUrl(text);
  if (url.protocol !== 'http:') throw new Error(`target ${JSON.stringify(text)}: only http:// is spoken`);
  if (url.username !== '' || url.password !== '') {
    throw new Error(`target ${JSON.stringify(text)}: names a user, which hides the host`);
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new Error(`target ${JSON.stringify(text)}: is a host and a port, without a path`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  return {
    host: isIP(host) === 0 ? host : plain(host),
    port: url.port === '' ? HTTP_PORT : Number(url.port),
  };
}

function samePlace(a: Place, b: Place): boolean {
  return a.host === b.host && a.port === b.port;
}

/** Whether both lead to the same service, as far as addresses tell. */
export function isSameTarget(a: Target, b: Target): boolean {
  return a.port === b.port && (a.address === b.address || (a.isLoopback && b.isLoopback));
}

/** What is wrong with an address, if it is not one that a scenario may connect to. */
function objection(address: string, allowed: boolean): string | undefined {
  if (within(LOOPBACK, address)) return undefined;
  if (!allowed) return `${address} is neither loopback nor allowed`;
  return isPrivate(address) ? undefined : `${address} is not in a private network`;
}

/**
 * Decides whether the target may be one, and where it is.
 *
 * @param text `http://host:port` or `host:port`
 * @param allowed the services that may be targets, in the same form; each stands for itself alone
 * @throws {Error} one line that says why not
 */
export async function pinTarget(
  text: string,
  allowed: readonly string[],
  lookup: Lookup = (name) => lookupName(name, { all: true }),
): Promise<Target> {
  const place = parsePlace(text);
  const { host, port } = place;
  const isAllowed = allowed.map(parsePlace).some((entry) => samePlace(entry, place));
  const isName = isIP(host) === 0;
  if (isName && host !== 'localhost' && !isAllowed) {
    throw new Error(`target ${JSON.stringify(text)} is neither loopback nor allowed`);
  }
  const found = isName ? await lookup(host) : [{ address: host }];
  const addresses = found.map(({ address }) => plain(address));
  const [address] = addresses;
  if (address === undefined) throw new Error(`target ${JSON.stringify(text)} has no address`);
  // Of a name with several addresses none may lead astray.
  const [why] = addresses.flatMap((each) => objection(each, isAllowed && host !== 'localhost') ?? []);
  if (why !== undefined) throw new Error(`target ${JSON.stringify(text)}: ${why}`);
  const shown = isIPv6(host) ? `[${host}]` : host;
  return { address, port, host: `${shown}:${port}`, isLoopback: within(LOOPBACK, address) };
}
