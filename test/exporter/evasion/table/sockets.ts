import { type ContainerRow, type Family, type Outcome, otherwise, SEEN, type Sign, unseen } from './model.ts';

const LISTENS = 'listening_sockets tcp';
const LISTENS_UDP = 'listening_sockets udp';
const SNIFFS = 'network_sniffers packet_socket';
const RAW = 'network_sniffers raw_socket';
const PROMISCUOUS = 'network_sniffers promiscuous_interface';
const needs = { network: true };

const BETWEEN_SCRAPES = 'sockets are looked at when the exporter is scraped, and this one is closed by then';
const BPF_ON_SOCKET = 'a BPF program on socket(2) and listen(2), on every node';

function held(
  id: string,
  attack: string,
  perl: string,
  evades: readonly [Sign, ...Sign[]],
  outcome: Outcome = SEEN,
): ContainerRow {
  return { id, in: 'container', attack, evades, outcome, needs, perl };
}

export const SOCKETS: Family = {
  title: 'Listening and sniffing',
  rows: [
    held('listen', 'listens at a TCP port', 'hears("0.0.0.0", 4444);', [LISTENS]),
    held('listen-loopback', 'listens at loopback alone', 'hears("127.0.0.1", 4444);', [LISTENS]),
    held('listen-ipv6', 'listens by IPv6', 'hears("::", 4444);', [LISTENS]),
    held('listen-multipath', 'listens by Multipath TCP', 'hears("0.0.0.0", 4444, SOCK_STREAM, 262);', [
      LISTENS,
    ]),
    held(
      'listen-brief',
      'listens for a moment between two scrapes',
      'my $socket = hears("0.0.0.0", 4444); pop @held; close $socket;',
      [LISTENS],
      unseen(BETWEEN_SCRAPES, BPF_ON_SOCKET),
    ),
    held(
      'listen-handed-over',
      'listens in a child, and holds the socket there alone',
      'child(sub { hears("0.0.0.0", 4444); sleep 600 }); pause(0.2);',
      [LISTENS],
    ),
    held('listen-udp', 'waits for UDP', 'hears("0.0.0.0", 5353, SOCK_DGRAM);', [LISTENS_UDP]),
    held(
      'listen-udp-connected',
      'waits for UDP from one address alone (a connected socket)',
      'my $socket = hears("0.0.0.0", 5353, SOCK_DGRAM); connect($socket, sockaddr("10.0.0.7", 7));',
      [LISTENS_UDP],
      unseen(
        'a connected UDP socket looks like one that a client has',
        'counting these as well, which would count every DNS client',
      ),
    ),
    held(
      'listen-udp-lite',
      'waits for UDP-Lite',
      'hears("0.0.0.0", 5353, SOCK_DGRAM, 136);',
      [LISTENS_UDP],
      unseen(
        'the tables of UDP and TCP are read, and this protocol has its own',
        'two more files of each network namespace, at 0.05 ms each',
      ),
    ),
    held(
      'listen-unix',
      'listens at an abstract unix socket, which the whole network namespace reaches',
      'socket(my $socket, PF_UNIX, SOCK_STREAM, 0); bind($socket, pack_sockaddr_un("\\0door")) or die; listen($socket, 9); push @held, $socket;',
      [LISTENS],
      unseen(
        'it is not of the network, and every program has some',
        'reading `net/unix`, of thousands of lines on most nodes',
      ),
    ),
    held(
      'listen-vsock',
      'listens by AF_VSOCK for the host of a virtual machine',
      'socket(my $socket, 40, SOCK_STREAM, 0) or cannot("AF_VSOCK: $!"); bind($socket, pack("SSLLx4", 40, 0, 4444, 0xffffffff)) or cannot("bind: $!"); listen($socket, 9); push @held, $socket;',
      [LISTENS],
      unseen(
        'the kernel has no event and no table in /proc for it',
        'sock_diag(7) where the kernel has it for vsock, for which Node has no socket, or a BPF program; seccomp can forbid the family',
      ),
    ),
    held(
      'listen-raw',
      'waits for pings with a command in them (a raw socket)',
      'socket(my $socket, PF_INET, SOCK_RAW, 1) or cannot("socket: $!"); push @held, $socket;',
      [LISTENS, RAW],
    ),
    held(
      'listen-raw6',
      'waits for pings by IPv6',
      'socket(my $socket, PF_INET6, SOCK_RAW, 58) or cannot("socket: $!"); push @held, $socket;',
      [LISTENS, RAW],
    ),
    held(
      'listen-own-namespace',
      'listens in a network namespace of its own (`unshare -n`)',
      'child(sub { try("unshare", 0x10000000); own_network(); hears("0.0.0.0", 4444); sleep 600 }); pause(0.5);',
      [LISTENS],
    ),
    held(
      'listen-empty-namespace',
      'listens, and all its processes then go to another network namespace and take the socket with them',
      'hears("0.0.0.0", 4444); try("unshare", 0x10000000 | 0x40000000);',
      [LISTENS],
      unseen(
        'a network namespace is read through a process in it, and this one has none; in a pod of Kubernetes its sandbox stays in there',
        'a look at the descriptors of every process for sockets of other namespaces',
      ),
    ),
    held(
      'sniff',
      'opens a packet socket',
      'socket(my $socket, 17, SOCK_RAW, 0x0300) or cannot("socket: $!"); push @held, $socket;',
      [SNIFFS],
    ),
    held(
      'sniff-cooked',
      'opens a packet socket without headers (SOCK_DGRAM), of one protocol',
      'socket(my $socket, 17, SOCK_DGRAM, 0x0008) or cannot("socket: $!"); push @held, $socket;',
      [SNIFFS],
    ),
    held(
      'sniff-brief',
      'opens and closes a packet socket between two scrapes',
      'socket(my $socket, 17, SOCK_RAW, 0x0300) or cannot("socket: $!"); close $socket;',
      [SNIFFS],
      unseen(BETWEEN_SCRAPES, BPF_ON_SOCKET),
    ),
    held(
      'sniff-raw',
      'reads all TCP of its pod by a raw socket',
      'socket(my $socket, PF_INET, SOCK_RAW, 6) or cannot("socket: $!"); push @held, $socket;',
      [SNIFFS, RAW],
    ),
    held(
      'sniff-promiscuous',
      'makes an interface promiscuous in a network namespace that no sysfs shows, by a packet socket',
      'socket(my $socket, 17, SOCK_RAW, 0x0300) or cannot("socket: $!"); setsockopt($socket, 263, 1, pack("LSSx8", 1, 1, 0)) or cannot("promiscuous: $!"); push @held, $socket;',
      [PROMISCUOUS],
      otherwise([SNIFFS], 'it takes a packet socket, which is seen'),
    ),
    held(
      'sniff-netlink',
      "asks the kernel's packet filter for packets (a netlink socket, NFLOG)",
      'socket(my $socket, 16, SOCK_RAW, 12) or cannot("netlink: $!"); push @held, $socket;',
      [SNIFFS],
      unseen(
        'netlink sockets are what every network tool uses, and it takes CAP_NET_ADMIN, which `elevated_container` and `dangerous_capability_pod` are for',
        'reading `net/netfilter/nfnetlink_log` of each network namespace, where the module is loaded',
      ),
    ),
  ],
};
