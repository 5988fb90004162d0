import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { Unread } from '../../../exporter/base/lines.ts';
import { parseMemberships } from '../../../exporter/cgroups/membership.ts';
import { SocketCounter } from '../../../exporter/netns/socket-table.ts';
import { parseBlkio, parseIoStat } from '../../../exporter/parsers/cgroup-io.ts';
import { parseFlatKeyed } from '../../../exporter/parsers/cgroup-stat.ts';
import { parseDiskstats } from '../../../exporter/parsers/diskstats.ts';
import { parseMeminfoField } from '../../../exporter/parsers/meminfo.ts';
import { parseMountinfo } from '../../../exporter/parsers/mountinfo.ts';
import { parseNetDev } from '../../../exporter/parsers/netdev.ts';
import { countPacketSockets } from '../../../exporter/parsers/packet.ts';
import { parsePressure } from '../../../exporter/parsers/pressure.ts';
import { parseProtocolCounters } from '../../../exporter/parsers/protocol-counters.ts';
import { parseDefaultRoutes4, parseDefaultRoutes6 } from '../../../exporter/parsers/routes.ts';
import { parseSockstat, parseSockstat6 } from '../../../exporter/parsers/sockstat.ts';
import { parseCpuTicks, parseForks } from '../../../exporter/parsers/stat.ts';
import { parseTcpLine } from '../../../exporter/parsers/tcp-table.ts';
import { parseVmstatCounter } from '../../../exporter/parsers/vmstat.ts';
import { anyCharacter } from '../../support/any-character.ts';

/** A table: its lines, of which the first `headings` stay where they are, and how it is read. */
interface Table {
  readonly headings: number;
  readonly lines: fc.Arbitrary<string[]>;
  readonly parse: (text: string, unread: Unread) => unknown;
}

const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const numbers = (count: number) =>
  fc.array(number, { minLength: count, maxLength: count }).map((all) => all.join(' '));
/** A name as the kernel allows it: any bytes but those of white space, a slash, and since 4.0 a colon. */
const name = (more: string) =>
  fc.string({ unit: fc.constantFrom(...`abz09-._$"\\é\u2003\ufeff${more}`), minLength: 1, maxLength: 15 });
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789ABCDEF'), minLength: length, maxLength: length });
const device = fc.tuple(fc.nat(300), fc.nat(300)).map((pair) => pair.join(':'));
const rows = (...parts: fc.Arbitrary<string>[]) =>
  fc.array(
    fc.tuple(...parts).map((fields) => fields.join('')),
    { minLength: 1, maxLength: 6 },
  );
const is = fc.constant;
const fixed = (...lines: string[]) => fc.constant(lines);
const escaped = fc.constantFrom('/', '/a\\040b', '/var', '/x\\134y', '/é');
const SOCKET = '00000000:00000000 00:00000000 00000000     0        0 20001 1 0000000000000000 100 0 0 10 0';

const TABLES: Readonly<Record<string, Table>> = {
  mountinfo: {
    headings: 0,
    lines: rows(
      number,
      is(' 1 '),
      device,
      is(' / '),
      escaped,
      fc.constantFrom(' rw,relatime', ' ro shared:1', ' rw shared:1 master:2'),
      fc.constantFrom(
        ' - ext4 /dev/a rw',
        ' - 9p drvfs rw,aname=drvfs;path=C:\\Program Files\\x',
        ' - tmpfs  ro',
      ),
    ),
    parse: parseMountinfo,
  },
  'net/dev': {
    headings: 2,
    lines: rows(is('  '), name(':'), fc.constantFrom(':', ': '), numbers(16)).map((lines) => [
      'Inter-|   Receive  |  Transmit',
      ' face |bytes    packets|bytes',
      ...lines,
    ]),
    parse: parseNetDev,
  },
  diskstats: {
    headings: 0,
    lines: rows(is('   8       0 '), name('/!'), is(' '), numbers(11), fc.constantFrom('', ' 1 2 3 4')),
    parse: parseDiskstats,
  },
  'io.stat': {
    headings: 0,
    lines: fc.array(
      fc
        .tuple(
          fc.array(fc.oneof(device, is('(unknown)')), { minLength: 1, maxLength: 4 }),
          fc.constantFrom(' ', ' rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0', ' cost.usage=1'),
        )
        .map(([devices, figures]) => devices.join(' ') + figures),
      { minLength: 1, maxLength: 4 },
    ),
    parse: parseIoStat,
  },
  blkio: {
    headings: 0,
    lines: rows(device, fc.constantFrom(' Read ', ' Write ', ' Sync ', ' Total '), number),
    parse: parseBlkio,
  },
  route: {
    headings: 1,
    lines: rows(
      name(':'),
      is('\t'),
      fc.constantFrom('00000000', '0001A8C0'),
      is('\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0'),
    ).map((lines) => ['Iface\tDestination\tGateway', ...lines]),
    parse: parseDefaultRoutes4,
  },
  ipv6_route: {
    headings: 0,
    lines: rows(
      fc.constantFrom('0'.repeat(32), `fd${'0'.repeat(30)}`),
      is(` 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00000400 00000002 00000000 00000003     `),
      name(':'),
    ),
    parse: parseDefaultRoutes6,
  },
  'net/packet': {
    headings: 1,
    lines: rows(
      fc.constantFrom('0000000000000000', '(____ptrval____)'),
      is(' 3      3    0003   2     1 0      0      20117 '),
    ).map((lines) => ['sk               RefCnt Type Proto  Iface R Rmem   User   Inode', ...lines]),
    parse: countPacketSockets,
  },
  'net/tcp': {
    headings: 1,
    lines: rows(
      is('   0: '),
      hex(8),
      is(':'),
      hex(4),
      is(' '),
      hex(8),
      is(':'),
      hex(4),
      is(` 01 ${SOCKET}`),
    ).map((lines) => ['  sl  local_address rem_address   st tx_queue rx_queue', ...lines]),
    parse: (text, unread) => {
      const counter = new SocketCounter(unread);
      counter.add(Buffer.from(text));
      const sockets = text.split('\n').map((line) => parseTcpLine(line, new Unread('x'), true));
      return [[...counter.finish()], sockets.filter((socket) => socket !== undefined)];
    },
  },
  'proc/<pid>/cgroup': {
    headings: 0,
    lines: rows(
      fc.nat(20).map(String),
      fc.constantFrom(':memory:/', ':cpu,cpuacct:/', '::/'),
      fc.constantFrom('', 'a:b', 'x\ry', '\u2028'),
    ),
    parse: (text, { path }) => parseMemberships(text, path),
  },
  'proc/stat': {
    headings: 0,
    lines: fc
      .tuple(rows(is('cpu'), fc.nat(99).map(String), is(' '), numbers(10)), number)
      .map(([cpus, forks]) => ['cpu  1 2 3 4 5 6 7 8', ...cpus, 'intr 9', `processes ${forks}`]),
    parse: (text, unread) => [parseCpuTicks(text, unread), parseForks(text, unread.path)],
  },
  vmstat: {
    headings: 0,
    lines: number.map((kills) => ['nr_free_pages 1', `oom_kill ${kills}`, 'oom_kill_x 4']),
    parse: (text, { path }) => parseVmstatCounter(text, 'oom_kill', path),
  },
  'cpu.stat': {
    headings: 0,
    lines: number.map((usage) => [`usage_usec ${usage}`, 'nr_periods 0']),
    parse: (text, { path }) => parseFlatKeyed(text, path, 'usage_usec'),
  },
  meminfo: {
    headings: 0,
    lines: number.map((kib) => [`MemTotal:       ${kib} kB`, 'MemFree: 1 kB']),
    parse: (text, { path }) => parseMeminfoField(text, 'MemTotal', path),
  },
  pressure: {
    headings: 0,
    lines: number.map((total) => [
      `some avg10=0.00 avg60=0.00 avg300=0.00 total=${total}`,
      'full avg10=0.00 total=1',
    ]),
    parse: (text, { path }) => parsePressure(text, path),
  },
  snmp: {
    headings: 0,
    lines: fixed('Ip: A', 'Ip: 1', 'Tcp: MaxConn OutRsts', 'Tcp: -1 7', 'Udp: A', 'Udp: 2'),
    parse: (text, { path }) => parseProtocolCounters(text, path, 'Tcp', ['OutRsts', 'MaxConn']),
  },
  sockstat: {
    headings: 0,
    lines: fixed('sockets: used 3', 'TCP: inuse 5 orphan 0 tw 2 alloc 41 mem 4', 'UDP: inuse 3 mem 2'),
    parse: (text, { path }) => parseSockstat(text, path),
  },
  sockstat6: {
    headings: 0,
    lines: fixed('TCP6: inuse 2', 'UDP6: inuse 1'),
    parse: (text, { path }) => parseSockstat6(text, path),
  },
};

/** What somebody else writes: no line of ours, which begin with a number, a known word or have columns of numbers. */
const junk = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 40 }).map((text) => `?${text.replaceAll('\n', ' ')}`),
  fc.constantFrom('', '   ', '? - ? - ?', '?:?:?', '????', '?'.repeat(70_000), '? '.repeat(40_000)),
);
const places = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), junk), {
  minLength: 1,
  maxLength: 5,
});

function withJunk(
  lines: readonly string[],
  headings: number,
  inserted: readonly [number, string][],
): string[] {
  const all = [...lines];
  for (const [share, line] of inserted)
    all.splice(headings + Math.floor(share * (all.length - headings + 1)), 0, line);
  return all;
}

const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

describe('tables in which others write lines', () => {
  for (const [what, { headings, lines, parse }] of Object.entries(TABLES)) {
    it(`${what}: a line that is none of ours costs itself alone`, () => {
      fc.assert(
        fc.property(lines, places, (valid, inserted) => {
          const [clean, odd] = [new Unread('x'), new Unread('x')];
          const expected = parse(textOf(valid), clean);
          expect(clean.errors()).to.deep.equal([]);
          expect(parse(textOf(withJunk(valid, headings, inserted)), odd)).to.deep.equal(expected);
          for (const { code } of odd.errors(() => false)) expect(code).to.equal('foreign');
        }),
        { numRuns: 60 },
      );
    });

    it(`${what}: any text is read, or refused with a SourceError`, () => {
      const text = fc.oneof(
        fc.string({ unit: anyCharacter, maxLength: 200 }),
        fc
          .tuple(lines, fc.nat(400), fc.string({ unit: anyCharacter, maxLength: 9 }))
          .map(([all, at, noise]) => {
            const whole = textOf(all);
            return whole.slice(0, at) + noise + whole.slice(at + 3);
          }),
      );
      fc.assert(
        fc.property(text, (any) => {
          const unread = new Unread('x');
          try {
            parse(any, unread);
            for (const { message } of unread.errors()) expect(message).to.have.length.below(500);
          } catch (error) {
            expect(error).to.be.instanceOf(SourceError);
          }
        }),
        { numRuns: 300 },
      );
    });

    it(`${what}: long texts of any kind are read in one go`, () => {
      for (const piece of ['a', ' ', ':', ' - ', '1 ', '=', '\n', '? \n', '0: ', 'x:1\n']) {
        const unread = new Unread('x');
        try {
          parse(piece.repeat(1_000_000 / piece.length), unread);
        } catch (error) {
          expect(error).to.be.instanceOf(SourceError);
        }
      }
    });
  }

  it('a line that is ours and cannot be read is a failure; one that is nobody’s is none', () => {
    const text = ' 8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n 8 32 loop7 1 2\n 8 16 sdb 1 2 x\n';
    const unread = new Unread('proc/diskstats');
    expect([...parseDiskstats(text, unread).keys()]).to.deep.equal(['sda']);
    const [ours] = unread.errors((disk) => disk === 'sdb');
    expect(ours?.message).to.equal(
      'proc/diskstats: expected major, minor, name and eleven numbers, found " 8 16 sdb 1 2 x"',
    );
    const [foreign] = unread.errors(() => false);
    expect(foreign?.code).to.equal('foreign');
    expect(foreign?.message).to.contain('left out 2 lines like " 8 32 loop7 1 2"');
  });
});
