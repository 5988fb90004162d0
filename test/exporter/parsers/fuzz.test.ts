import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { Unread } from '../../../exporter/base/lines.ts';
import { placeOfMember } from '../../../exporter/cgroups/hierarchy.ts';
import { parseMemberships } from '../../../exporter/cgroups/membership.ts';
import { SocketCounter } from '../../../exporter/netns/socket-table.ts';
import { parseBlkio, parseIoStat } from '../../../exporter/parsers/cgroup-io.ts';
import { parseFlatKeyed, parseSingle } from '../../../exporter/parsers/cgroup-stat.ts';
import { parseContainerLog } from '../../../exporter/parsers/container-log.ts';
import { parseDiskstats } from '../../../exporter/parsers/diskstats.ts';
import { parseMeminfoField } from '../../../exporter/parsers/meminfo.ts';
import { parseMountinfo } from '../../../exporter/parsers/mountinfo.ts';
import { parseNetDev } from '../../../exporter/parsers/netdev.ts';
import { parseOsRelease } from '../../../exporter/parsers/os-release.ts';
import { countPacketSockets } from '../../../exporter/parsers/packet.ts';
import { parsePressure } from '../../../exporter/parsers/pressure.ts';
import { statField } from '../../../exporter/parsers/process-stat.ts';
import { parseProtocolCounters } from '../../../exporter/parsers/protocol-counters.ts';
import { parseDefaultRoutes4, parseDefaultRoutes6 } from '../../../exporter/parsers/routes.ts';
import { parseSockstat, parseSockstat6 } from '../../../exporter/parsers/sockstat.ts';
import { parseCpuTicks, parseForks } from '../../../exporter/parsers/stat.ts';
import { parseTcpLine } from '../../../exporter/parsers/tcp-table.ts';
import { parseVmstatCounter } from '../../../exporter/parsers/vmstat.ts';
import { parseStatLine } from '../../../exporter/processes/stat-line.ts';
import { parseStatus } from '../../../exporter/processes/status.ts';
import { parseLosses } from '../../../exporter/trace/ring/cpu-stream.ts';
import { parseFormat, parseHeaderPage } from '../../../exporter/trace/ring/format.ts';
import { mutate, mutations } from '../../support/mutate.ts';
import { ROOT } from '../../support/paths.ts';

const FIXTURES = join(ROOT, 'test', 'fixtures');
const WEB =
  'kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod8a3d9f4e_3c59_4be9_9f1a_2f6a1f3d7c11.slice';
const NGINX = `sys/fs/cgroup/${WEB}/cri-containerd-${'a7'.repeat(32)}.scope`;
const TRACING = 'tracing/linux-6.18';

/** What the kernel writes, recorded; in one piece or line by line. */
const recorded = (path: string) => [readFileSync(join(FIXTURES, path), 'utf8')];
const lines = (path: string) => recorded(path).flatMap((text) => text.split('\n').slice(0, 20));

/** A parser, and texts that it is made for. */
interface Case {
  readonly parse: (text: string) => unknown;
  readonly texts: readonly string[];
}

const BLKIO = '253:0 Read 4096\n253:0 Write 16384\n253:0 Sync 20480\n253:0 Total 20480\nTotal 20480\n';
const LOG = [
  '2026-11-23T14:00:00.123456789Z stdout F login failed for root',
  '{"log":"login failed\\n","stream":"stdout","time":"2026-11-23T14:00:00.1Z"}',
];

const count = (text: string) => {
  const counter = new SocketCounter(new Unread('x'));
  counter.add(Buffer.from(text));
  return counter.finish();
};
const statLine = (text: string) => {
  const bytes = Buffer.from(text);
  const line = { state: 0, parent: 0, kernel: false, identity: 0, startTicks: 0 };
  parseStatLine(bytes, bytes.length, 'x', line);
  return line;
};

/** By file of exporter/parsers. */
const PARSERS: Readonly<Record<string, readonly Case[]>> = {
  'cgroup-io': [
    { parse: (text) => parseIoStat(text, new Unread('x')), texts: recorded(`${NGINX}/io.stat`) },
    { parse: (text) => parseBlkio(text, new Unread('x')), texts: [BLKIO] },
  ],
  'cgroup-stat': [
    { parse: (text) => parseFlatKeyed(text, 'x', 'throttled_usec'), texts: recorded(`${NGINX}/cpu.stat`) },
    { parse: (text) => parseSingle(text, 'x'), texts: recorded(`${NGINX}/memory.current`) },
  ],
  'container-log': [{ parse: parseContainerLog, texts: LOG }],
  diskstats: [{ parse: (text) => parseDiskstats(text, new Unread('x')), texts: recorded('proc/diskstats') }],
  meminfo: [
    { parse: (text) => parseMeminfoField(text, 'MemAvailable', 'x'), texts: recorded('proc/meminfo') },
  ],
  mountinfo: [
    { parse: (text) => parseMountinfo(text, new Unread('x')), texts: recorded('proc/1/mountinfo') },
  ],
  netdev: [{ parse: (text) => parseNetDev(text, new Unread('x')), texts: recorded('proc/1/net/dev') }],
  'os-release': [{ parse: parseOsRelease, texts: recorded('root/etc/os-release') }],
  packet: [
    { parse: (text) => countPacketSockets(text, new Unread('x')), texts: recorded('proc/1/net/packet') },
  ],
  pressure: [{ parse: (text) => parsePressure(text, 'x'), texts: recorded('proc/pressure/io') }],
  'process-stat': [{ parse: (text) => statField(text, 22), texts: recorded('proc/4100/stat') }],
  'protocol-counters': [
    {
      parse: (text) => parseProtocolCounters(text, 'x', 'Tcp', ['RetransSegs', 'OutRsts']),
      texts: recorded('proc/1/net/snmp'),
    },
    {
      parse: (text) => parseProtocolCounters(text, 'x', 'TcpExt', ['ListenOverflows']),
      texts: recorded('proc/1/net/netstat'),
    },
  ],
  routes: [
    { parse: (text) => parseDefaultRoutes4(text, new Unread('x')), texts: recorded('proc/1/net/route') },
    { parse: (text) => parseDefaultRoutes6(text, new Unread('x')), texts: recorded('proc/1/net/ipv6_route') },
  ],
  sockstat: [
    { parse: (text) => parseSockstat(text, 'x'), texts: recorded('proc/1/net/sockstat') },
    { parse: (text) => parseSockstat6(text, 'x'), texts: recorded('proc/1/net/sockstat6') },
  ],
  stat: [
    { parse: (text) => parseCpuTicks(text, new Unread('x')), texts: recorded('proc/stat') },
    { parse: (text) => parseForks(text, 'x'), texts: recorded('proc/stat') },
  ],
  'tcp-table': [
    {
      parse: (text) => parseTcpLine(text, new Unread('x'), true),
      texts: [...lines('proc/1/net/tcp'), ...lines('proc/1/net/tcp6')],
    },
  ],
  vmstat: [{ parse: (text) => parseVmstatCounter(text, 'oom_kill', 'x'), texts: recorded('proc/vmstat') }],
};

/** Those that lie beside what uses them. */
const OTHERS: Readonly<Record<string, readonly Case[]>> = {
  'cgroups/membership': [
    { parse: (text) => placeOfMember(parseMemberships(text, 'x')), texts: recorded('proc/4100/cgroup') },
  ],
  'netns/socket-table': [{ parse: count, texts: recorded('proc/1/net/tcp') }],
  'processes/stat-line': [{ parse: statLine, texts: recorded('proc/4100/stat') }],
  'processes/status': [{ parse: (text) => parseStatus(text, 'x'), texts: recorded('proc/4100/status') }],
  'trace/ring/cpu-stream': [
    {
      parse: (text) => parseLosses(text, 'x'),
      texts: ['entries: 0\noverrun: 0\ncommit overrun: 0\nbytes: 0\ndropped events: 12\nread events: 7\n'],
    },
  ],
  'trace/ring/format': [
    { parse: (text) => parseHeaderPage(text, 'x'), texts: recorded(`${TRACING}/header_page`) },
    { parse: (text) => parseFormat(text, 'x'), texts: recorded(`${TRACING}/sched_process_exec.format`) },
  ],
  'cgroups/hierarchy': [
    { parse: (text) => parseMemberships(text, 'x'), texts: recorded('proc/4100/cgroup') },
  ],
};

/** Every number in what a parser returned, however deep. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (value instanceof Map) return [...value].flatMap(numbersIn);
  return Object.values(value instanceof Set ? [...value] : value).flatMap(numbersIn);
}

describe('parsers on real text that was changed at random', () => {
  it('none is left out', () => {
    const files = readdirSync(join(ROOT, 'exporter', 'parsers')).map((name) => name.replace(/\.ts$/, ''));
    expect(Object.keys(PARSERS).sort()).to.deep.equal(files.sort());
  });

  for (const [name, cases] of Object.entries({ ...PARSERS, ...OTHERS })) {
    it(`${name} gives finite numbers or a SourceError, nothing else`, () => {
      for (const { parse, texts } of cases) {
        // What is not changed is understood, or the rest would show nothing.
        for (const text of texts.filter((one) => one !== '')) expect(() => parse(text)).not.to.throw();
        fc.assert(
          fc.property(fc.constantFrom(...texts), mutations, (text, changes) => {
            try {
              for (const number of numbersIn(parse(mutate(text, changes)))) {
                expect(number).to.satisfy(Number.isFinite);
              }
            } catch (error) {
              expect(error).to.be.instanceOf(SourceError);
              expect((error as SourceError).message).to.have.length.below(500);
            }
          }),
          { numRuns: 300 },
        );
      }
    });
  }
});
