import { BlockList, isIP, SocketAddress } from 'node:net';

/** Networks by what they are for; an address in none of them is public. */
const NETWORKS = {
  is_loopback: ['127.0.0.0/8', '::1/128'],
  is_link_local: ['169.254.0.0/16', 'fe80::/10'],
  is_cluster: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'],
  /** Unspecified, multicast, documentation, benchmarking and reserved: none of these is anybody's service. */
  special: [
    '0.0.0.0/8',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/3',
    '::/128',
    '100::/64',
    '2001:db8::/32',
    'ff00::/8',
  ],
} as const;

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const LISTS = {
  is_loopback: listOf(NETWORKS.is_loopback),
  is_link_local: listOf(NETWORKS.is_link_local),
  is_cluster: listOf(NETWORKS.is_cluster),
  special: listOf(NETWORKS.special),
};

/** What an address is, of which at most one is true. */
export interface AddressClass {
  readonly is_loopback: boolean;
  readonly is_link_local: boolean;
  readonly is_cluster: boolean;
  readonly is_external: boolean;
}

const NOWHERE: AddressClass = {
  is_loopback: false,
  is_link_local: false,
  is_cluster: false,
  is_external: false,
};

/**
 * What kind of network an address lies in.
 *
 * @param address IPv4, also where IPv6 carries it, or IPv6; a text that is no address is in no network at all
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export function classOf(address: string): AddressClass {
  const version = isIP(address);
  if (version === 0) return NOWHERE;
  const socket = new SocketAddress({ address, family: version === 6 ? 'ipv6' : 'ipv4' });
  if (LISTS.is_cluster.check(socket)) return { ...NOWHERE, is_cluster: true };
  if (LISTS.is_loopback.check(socket)) return { ...NOWHERE, is_loopback: true };
  if (LISTS.is_link_local.check(socket)) return { ...NOWHERE, is_link_local: true };
  return LISTS.special.check(socket) ? NOWHERE : { ...NOWHERE, is_external: true };
}
