import { CONTAINERS, doorsOf, ENTER } from '../../../guests/inside/containers.ts';
import { run, start, text } from '../../../guests/inside/shell.ts';
import type { Check } from '../check.ts';
import type { Page } from '../page.ts';
import { traffic } from '../readings.ts';

const NETNS = '/run/netns/pod';
const inPod = ['nsenter', `--net=${NETNS}`, 'perl', '-e'] as const;

/** Perl: a listening TCP socket, a UDP one and a packet socket. */
const SERVICE = `use Socket; ${ENTER}
  socket(my $t, PF_INET, SOCK_STREAM, 0) or die; bind($t, pack_sockaddr_in(8080, INADDR_ANY)) or die; listen($t, 5) or die;
  socket(my $u, PF_INET, SOCK_DGRAM, 0) or die; bind($u, pack_sockaddr_in(8081, INADDR_ANY)) or die;
  socket(my $p, 17, SOCK_RAW, 0x0300) or die; sleep 1000;`;

/** Perl: connects that begin, whatever comes of them. */
const CONNECTS = `use Socket; use Fcntl; ${ENTER}
  for (@ARGV) { my ($address, $port) = split /:/; socket(my $s, PF_INET, SOCK_STREAM | 0x800, 0) or die;
    connect($s, pack_sockaddr_in($port, inet_aton($address))); select(undef, undef, undef, 0.05); }`;

const DATAGRAMS = `use Socket; my $to = pack_sockaddr_in(9, inet_aton(shift));
  socket(my $u, PF_INET, SOCK_DGRAM, 0) or die; send($u, "x" x 1000, 0, $to) for 1..50;`;

async function makeNetwork(): Promise<void> {
  await run('ip', 'netns', 'add', 'pod');
  const pod = (...args: string[]) => run('ip', '-n', 'pod', ...args);
  await pod('link', 'set', 'lo', 'up');
  await pod('link', 'add', 'd0', 'type', 'dummy');
  await pod('addr', 'add', '10.99.0.2/24', 'dev', 'd0');
  await pod('link', 'set', 'd0', 'up');
  await pod('route', 'add', 'default', 'dev', 'd0');
  await run('ip', 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'eth9', 'netns', 'pod');
  await run('ip', 'addr', 'add', '10.98.0.1/24', 'dev', 'v0');
  await run('ip', 'link', 'set', 'v0', 'up');
  await pod('addr', 'add', '10.98.0.2/24', 'dev', 'eth9');
  await pod('link', 'set', 'eth9', 'up');
}

/** A pod with a network namespace of its own: its sockets, destinations and traffic. */
export const network: Check = {
  name: 'network',
  async run(lab) {
    const { cgroupfs } = CONTAINERS;
    const doors = doorsOf(cgroupfs).join('\n');
    await makeNetwork();
    const [file = '', ...args] = inPod;
    const service = start(file, ...args, SERVICE, doors);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const before = await lab.page();
    await run(
      file,
      ...args,
      CONNECTS,
      doors,
      '169.254.169.254:80',
      '169.254.169.254:80',
      '169.254.169.254:8080',
      '10.99.0.77:3333',
    );
    const page = await lab.page();
    /** The one series of the pod among those of a metric that have these labels. */
    const own = (found: Page, name: string, labels = {}) =>
      found.series(name, labels).reduce((sum, { key, value }) => {
        const isPods = /pod="([^"]*)"/.exec(key)?.[1]?.startsWith(cgroupfs.podUid.slice(0, 8)) === true;
        return isPods ? sum + value : sum;
      }, 0);
    const during = (rule: string) =>
      own(page, 'outbound_destinations_total', { rule }) -
      own(before, 'outbound_destinations_total', { rule });
    lab.expect('new destinations at the metadata service', during('cloud_metadata_service'), 2);
    lab.expect('new destinations at a mining port', during('mining_port'), 1);
    lab.expect('listening TCP sockets', own(page, 'listening_sockets', { protocol: 'tcp' }), 1);
    lab.expect('bound UDP sockets', own(page, 'listening_sockets', { protocol: 'udp' }), 1);
    lab.expect('packet sockets', own(page, 'network_sniffers', { kind: 'packet_socket' }), 1);

    await run('perl', '-e', DATAGRAMS, '10.98.0.2');
    await run('perl', '-e', DATAGRAMS, '10.0.2.2');
    const bytes = (direction: string) =>
      traffic(text(`/proc/${service.pid}/net/dev`) ?? '', (device) => device !== 'lo')
        .filter((one) => one.direction === direction)
        .reduce((sum, one) => sum + one.bytes, 0);
    for (const direction of ['receive', 'transmit']) {
      const low = bytes(direction);
      const exposed = own(await lab.page(), 'container_network_bytes_total', { direction });
      const high = bytes(direction);
      lab.require(
        `bytes of the pod (${direction}): ${exposed}, the kernel had ${low} before and ${high} after`,
        exposed >= low && exposed <= high && exposed > 0,
      );
    }
    await lab.expectBounds();
    await service.end();
  },
};
