/**
 * A node whose truth is known: what its CPUs, containers, network namespaces and devices did at each moment, and the pages
 * that the exporter's own accumulators make of it, scrape by scrape.
 */

import { type Part, SummedCounters } from '../../../exporter/counters/summed-counters.ts';
import { CpuClock } from '../../../exporter/host/cpu-clock.ts';
import type { CpuTicks } from '../../../exporter/parsers/stat.ts';
import type { StoredSeries } from './tsdb.ts';

export const SCRAPE_MS = 15_000;
/** 23:50 UTC, so that the rows lie in two partitions. */
export const BEGIN_MS = Date.UTC(2026, 2, 28, 23, 50);
const SCRAPES = 80;
export const END_MS = BEGIN_MS + SCRAPES * SCRAPE_MS;
const LONG_AGO_MS = BEGIN_MS - 3_600_000;

type Random = () => number;

const between = (random: Random, from: number, to: number) => from + random() * (to - from);
const chance = (random: Random, probability: number) => random() < probability;
const someTime = (random: Random) => between(random, BEGIN_MS, END_MS);

/** Something that counts: at which moments, and how much. */
export class Source {
  readonly beganMs: number;
  readonly endMs: number;
  readonly #times: number[] = [];
  readonly #totals: number[] = [];

  constructor(random: Random, beganMs: number, endMs: number, past: number, perEvent: number) {
    this.beganMs = beganMs;
    this.endMs = endMs;
    let total = beganMs < BEGIN_MS ? Math.floor(past * random()) : 0;
    this.#push(beganMs, total);
    const busy = chance(random, 0.8) ? 1 : 0;
    for (
      let ms = Math.max(beganMs, BEGIN_MS);
      ms < Math.min(endMs, END_MS);
      ms += between(random, 500, 9_000)
    ) {
      total += Math.floor(busy * perEvent * random());
      this.#push(ms, total);
    }
  }

  #push(ms: number, total: number): void {
    this.#times.push(ms);
    this.#totals.push(total);
  }

  total(ms: number): number {
    const index = this.#times.findLastIndex((at) => at <= ms);
    return this.#totals[index] ?? 0;
  }

  /** How much it counted after one moment and until another. */
  done(afterMs: number, untilMs: number): number {
    return this.total(untilMs) - this.total(afterMs);
  }

  isAt(ms: number): boolean {
    return ms >= this.beganMs && ms < this.endMs;
  }
}

interface Container {
  readonly pod: string;
  readonly id: string;
  /** From when on the pod watch knows its names. */
  readonly namedMs: number;
  readonly cpu: Source;
  readonly disks: readonly { readonly device: string; readonly source: Source }[];
  /** While its files could not be read. */
  readonly hidden: readonly [number, number];
}

interface Namespace {
  readonly id: string;
  /** Undefined: a service of the host's. */
  readonly pod: { readonly name: string; readonly uid: string; readonly namedMs: number } | undefined;
  readonly resets: Source;
}

interface Cpu {
  readonly offline: readonly [number, number];
}

interface Machine {
  readonly busy: number;
  readonly cpus: readonly Cpu[];
  readonly containers: readonly Container[];
  readonly namespaces: readonly Namespace[];
  readonly uplinks: readonly { readonly device: string; readonly sinceMs: number; readonly bytes: Source }[];
  /** When the exporter was started anew. */
  readonly restarts: readonly number[];
  /** After a restart no names are known for so long. */
  readonly namelessMs: number;
}

/** What the exporter remembers. */
interface Agent {
  readonly startedMs: number;
  readonly cpu: CpuClock;
  readonly usage: SummedCounters;
  readonly disks: SummedCounters;
  readonly tcp: SummedCounters;
  lookedMs: number;
}

const newAgent = (startedMs: number): Agent => ({
  startedMs,
  cpu: new CpuClock(),
  usage: new SummedCounters(),
  disks: new SummedCounters(),
  tcp: new SummedCounters(''),
  lookedMs: Number.POSITIVE_INFINITY,
});

const id = (random: Random) =>
  Math.floor(random() * 2 ** 44)
    .toString(16)
    .padStart(12, '0');

function makeContainers(random: Random): { containers: Container[]; namespaces: Namespace[] } {
  const containers: Container[] = [];
  const namespaces: Namespace[] = [];
  const pods = 1 + Math.floor(random() * 3);
  for (let p = 0; p < pods; p++) {
    let beganMs = chance(random, 0.5) ? LONG_AGO_MS : someTime(random);
    // A pod of the same name may follow, as a StatefulSet's.
    for (let life = 0; life < 3 && beganMs < END_MS; life++) {
      const podEndMs = chance(random, 0.4) ? between(random, beganMs, END_MS) : Number.POSITIVE_INFINITY;
      const uid = id(random);
      const namedMs = beganMs + (chance(random, 0.5) ? 0 : between(random, 0, 60_000));
      const resets = new Source(random, beganMs, podEndMs, 1e6, 20);
      namespaces.push({ id: uid, pod: { name: `p${p}`, uid, namedMs }, resets });
      let containerMs = beganMs;
      while (containerMs < Math.min(podEndMs, END_MS)) {
        const ends = chance(random, 0.4) ? between(random, containerMs, containerMs + 600_000) : podEndMs;
        const endMs = Math.min(ends, podEndMs);
        const hiddenMs = someTime(random);
        containers.push({
          pod: `p${p}`,
          id: id(random),
          namedMs: Math.max(namedMs, containerMs + (chance(random, 0.6) ? 0 : between(random, 0, 45_000))),
          cpu: new Source(random, containerMs, endMs, 4e11, 4e6),
          disks: ['8:0', '8:16', '259:0'].slice(0, Math.floor(random() * 4)).map((device) => {
            const from = chance(random, 0.7)
              ? containerMs
              : between(random, containerMs, containerMs + 600_000);
            const until = chance(random, 0.3) ? between(random, from, from + 600_000) : endMs;
            return { device, source: new Source(random, from, Math.min(until, endMs), 9e12, 3e8) };
          }),
          hidden: chance(random, 0.2) ? [hiddenMs, hiddenMs + between(random, 10_000, 500_000)] : [0, 0],
        });
        containerMs = endMs + between(random, 100, 40_000);
      }
      beganMs = podEndMs + between(random, 1_000, 400_000);
    }
  }
  for (let s = Math.floor(random() * 3); s > 0; s--) {
    const from = chance(random, 0.5) ? LONG_AGO_MS : someTime(random);
    const until = chance(random, 0.7)
      ? between(random, Math.max(from, BEGIN_MS), END_MS)
      : Number.POSITIVE_INFINITY;
    namespaces.push({ id: id(random), pod: undefined, resets: new Source(random, from, until, 1e6, 30) });
  }
  const own = new Source(random, LONG_AGO_MS, Number.POSITIVE_INFINITY, 1e7, 10);
  namespaces.push({ id: 'host', pod: undefined, resets: own });
  return { containers, namespaces };
}

function makeMachine(random: Random): Machine {
  const forever = Number.POSITIVE_INFINITY;
  const cpus = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, i): Cpu => {
    if (i === 0 || chance(random, 0.6)) return { offline: [0, 0] };
    const from = chance(random, 0.3) ? 0 : someTime(random);
    return {
      offline: [
        from,
        chance(random, 0.5) ? forever : Math.max(from, BEGIN_MS) + between(random, 1_000, 400_000),
      ],
    };
  });
  return {
    busy: Math.round(random() * 100) / 100,
    cpus,
    ...makeContainers(random),
    uplinks: [
      { device: 'eth0', sinceMs: 0, bytes: new Source(random, LONG_AGO_MS, forever, 9e12, 1e6) },
      {
        device: 'wwan0',
        sinceMs: someTime(random),
        bytes: new Source(random, LONG_AGO_MS, forever, 9e12, 1e6),
      },
    ],
    restarts: Array.from({ length: Math.floor(random() * 3) }, () => someTime(random)).sort((a, b) => a - b),
    namelessMs: chance(random, 0.5) ? 0 : between(random, 0, 50_000),
  };
}

/** Ticks of 1/100 s of a CPU that was busy for a part of the time that it was online. */
function ticksOf(ms: number, busy: number, { offline: [from, until] }: Cpu): CpuTicks {
  const away = Math.max(0, Math.min(ms, until) - Math.max(from, LONG_AGO_MS));
  const ticks = (ms - LONG_AGO_MS - away) / 10;
  return {
    user: busy * ticks,
    nice: 0,
    system: 0,
    idle: (1 - busy) * ticks,
    iowait: 0,
    irq: 0,
    softirq: 0,
    steal: 0,
  };
}

const isOnline = ({ offline: [from, until] }: Cpu, ms: number) => ms < from || ms >= until;

type Labels = Readonly<Record<string, string>>;

/** A page's series: name, labels, value. */
type Page = (readonly [name: string, labels: Labels, value: number])[];

function cpuPage({ cpus, busy }: Machine, agent: Agent, ms: number): Page {
  const all = cpus.map((cpu) => ticksOf(ms, busy, cpu));
  const sum = (mode: keyof CpuTicks) => all.reduce((total, ticks) => total + ticks[mode], 0);
  const whole = { ...ticksOf(ms, busy, { offline: [0, 0] }), user: sum('user'), idle: sum('idle') };
  const online = new Map(
    cpus.flatMap((cpu, i) => (isOnline(cpu, ms) ? [[i, all[i] as CpuTicks] as const] : [])),
  );
  const ticks = agent.cpu.advance(online, whole);
  return (['user', 'idle'] as const).map((mode) => [
    'kubevigil_cpu_seconds_total',
    { mode },
    ticks[mode] / 100,
  ]);
}

function ownerOf(container: Container, { namelessMs }: Machine, agent: Agent, ms: number) {
  const known = ms >= container.namedMs && (agent.startedMs === 0 || ms >= agent.startedMs + namelessMs);
  return known
    ? { namespace: 'shop', pod: container.pod, container: 'c' }
    : { namespace: '', pod: '', container: container.id };
}

function containerPage(machine: Machine, agent: Agent, ms: number, skewMs: number): Page {
  const page: Page = [];
  const usage = new Map<string, Part>();
  const disks = new Map<string, Part>();
  const unread: string[] = [];
  const unreadDisks: string[] = [];
  const owners = new Map<string, Labels>();
  for (const container of machine.containers) {
    if (!container.cpu.isAt(ms)) continue;
    const labels = ownerOf(container, machine, agent, ms);
    const owner = JSON.stringify(labels);
    page.push(['kubevigil_container_start_time_seconds', labels, (container.cpu.beganMs + skewMs) / 1000]);
    const [from, until] = container.hidden;
    if (ms >= from && ms < until) {
      unread.push(container.id);
      unreadDisks.push(...agent.disks.namesBeginningWith(`${container.id} `));
      continue;
    }
    owners.set(owner, labels);
    usage.set(container.id, { owner, counts: [container.cpu.total(ms)] });
    disks.set(`${container.id} `, { owner, counts: [0] });
    for (const { device, source } of container.disks)
      if (source.isAt(ms)) disks.set(`${container.id} ${device}`, { owner, counts: [source.total(ms)] });
  }
  const used = agent.usage.advance(usage, unread, ms);
  const written = agent.disks.advance(disks, unreadDisks, ms);
  for (const [owner, labels] of owners) {
    page.push(['kubevigil_container_cpu_seconds_total', labels, (used.get(owner)?.[0] ?? 0) / 1e6]);
    const bytes = written.get(owner)?.[0] ?? 0;
    page.push(['kubevigil_container_disk_bytes_total', { ...labels, direction: 'write' }, bytes]);
  }
  return page;
}

function tcpPage({ namespaces, namelessMs }: Machine, agent: Agent, ms: number): Page {
  const parts = new Map<string, Part>();
  const labelsOf = new Map<string, Labels>([['', { namespace: '', pod: '' }]]);
  for (const { id: inode, pod, resets } of namespaces) {
    if (!resets.isAt(ms)) continue;
    const owner = pod?.uid ?? '';
    parts.set(inode, { owner, counts: [resets.total(ms)], born: resets.beganMs >= agent.lookedMs });
    if (pod === undefined) continue;
    const known = ms >= pod.namedMs && (agent.startedMs === 0 || ms >= agent.startedMs + namelessMs);
    labelsOf.set(owner, known ? { namespace: 'shop', pod: pod.name } : { namespace: '', pod: pod.uid });
  }
  agent.lookedMs = ms;
  return [...agent.tcp.advance(parts, [], ms)].map(([owner, [sum = 0]]) => [
    'kubevigil_tcp_resets_sent_total',
    labelsOf.get(owner) ?? {},
    sum,
  ]);
}

function networkPage({ uplinks }: Machine, ms: number): Page {
  return uplinks
    .filter(({ sinceMs }) => ms >= sinceMs)
    .map(({ device, bytes }) => [
      'kubevigil_network_bytes_total',
      { device, direction: 'receive' },
      bytes.total(ms),
    ]);
}

/** What an exporter would expose that sums up what is there, and takes what it sees for new. */
function plainPage(machine: Machine, ms: number): Page {
  const page: Page = networkPage(machine, ms);
  const agent = newAgent(1);
  const sums = new Map<string, { labels: Labels; cpu: number; disk: number }>();
  for (const container of machine.containers) {
    if (!container.cpu.isAt(ms)) continue;
    const labels = ownerOf(container, machine, agent, ms);
    const key = JSON.stringify(labels);
    const sum = sums.get(key) ?? { labels, cpu: 0, disk: 0 };
    sum.cpu += container.cpu.total(ms) / 1e6;
    for (const { source } of container.disks) if (source.isAt(ms)) sum.disk += source.total(ms);
    sums.set(key, sum);
  }
  for (const { labels, cpu, disk } of sums.values()) {
    page.push(['kubevigil_container_start_time_seconds', labels, ms / 1000]);
    page.push(['kubevigil_container_cpu_seconds_total', labels, cpu]);
    page.push(['kubevigil_container_disk_bytes_total', { ...labels, direction: 'write' }, disk]);
  }
  const host = machine.namespaces.filter(({ pod, resets }) => pod === undefined && resets.isAt(ms));
  const resets = host.reduce((total, each) => total + each.resets.total(ms), 0);
  page.push(['kubevigil_tcp_resets_sent_total', { namespace: '', pod: '' }, resets]);
  return page;
}

export interface SimulatedNode {
  readonly cluster: string;
  readonly node: string;
  readonly series: readonly StoredSeries[];
  /** The times at which one replica or the other scraped it with success. */
  readonly scrapes: ReadonlyMap<string, readonly number[]>;
  readonly busy: number;
  /** What counted, by the dataset's column, of the node or of a pod. */
  sources(column: string, pod?: string): readonly Source[];
}

/**
 * Two hours of scrapes of a node by one or two Prometheus.
 *
 * @param plain without the exporter's accumulators, to see that the test finds what they are for
 */
export function simulateNode(random: Random, cluster: string, node: string, plain = false): SimulatedNode {
  const machine = makeMachine(random);
  const skewMs = between(random, -800, 800);
  const replicas = chance(random, 0.3) ? ['a', 'b'] : ['a'];
  const target = { cluster, node, job: 'kubevigil', instance: `${cluster}-${node}:24924` };
  const series = new Map<string, { labels: Labels; samples: (readonly [number, number])[] }>();
  const add = (name: string, labels: Labels, ms: number, value: number) => {
    const key = JSON.stringify([name, labels]);
    const known = series.get(key) ?? { labels: { __name__: name, ...labels }, samples: [] };
    series.set(key, known);
    known.samples.push([ms, value]);
  };
  const scrapes = new Map<string, number[]>(replicas.map((name) => [name, []]));
  const all = replicas
    .flatMap((replica) => {
      const offset = Math.floor(between(random, 0, SCRAPE_MS));
      const gapMs = someTime(random);
      const gap: readonly [number, number] = chance(random, 0.4)
        ? [gapMs, gapMs + between(random, 10_000, 500_000)]
        : [0, 0];
      const isDown = chance(random, 0.5);
      return Array.from({ length: SCRAPES }, (_, i) => {
        const ms = Math.floor(BEGIN_MS + offset + i * SCRAPE_MS + between(random, 0, 300));
        return { replica, ms, missed: ms >= gap[0] && ms < gap[1], isDown };
      });
    })
    .sort((a, b) => a.ms - b.ms);
  let agent = newAgent(0);
  const restarts = [...machine.restarts];
  for (const { replica, ms, missed, isDown } of all) {
    const own = { ...target, prometheus_replica: replica };
    while ((restarts[0] ?? Number.POSITIVE_INFINITY) <= ms) {
      agent = newAgent(restarts.shift() as number);
      // It looks once before its first scrape.
      tcpPage(machine, agent, agent.startedMs);
    }
    if (missed && !isDown) continue;
    add('up', own, ms, missed ? 0 : 1);
    if (missed) continue;
    scrapes.get(replica)?.push(ms);
    const page = plain
      ? [...cpuPage(machine, newAgent(1), ms), ...plainPage(machine, ms)]
      : [
          ...cpuPage(machine, agent, ms),
          ...containerPage(machine, agent, ms, skewMs),
          ...tcpPage(machine, agent, ms),
          ...networkPage(machine, ms),
        ];
    for (const [name, labels, value] of page) add(name, { ...own, ...labels }, ms, value);
  }
  const { containers, namespaces, uplinks, busy } = machine;
  return {
    cluster,
    node,
    series: [...series.values()],
    scrapes,
    busy,
    sources(column, pod) {
      const own = containers.filter((container) => container.pod === pod);
      if (column === 'container_cpu_cores') return own.map(({ cpu }) => cpu);
      if (column === 'container_disk_write_bytes_per_second')
        return own.flatMap(({ disks }) => disks.map(({ source }) => source));
      if (column === 'tcp_resets_sent_per_second') return namespaces.map(({ resets }) => resets);
      return uplinks.map(({ bytes }) => bytes);
    },
  };
}
