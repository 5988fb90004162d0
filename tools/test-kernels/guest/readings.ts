/** What the kernel's own files say, under the names of the series that are made of them. */
import { existsSync, readdirSync, statfsSync } from 'node:fs';
import { CONTAINERS, type Container, folderOf, UNIFIED } from '../../guests/inside/containers.ts';
import { LAB } from '../../guests/inside/places.ts';
import { keyed, text } from '../../guests/inside/shell.ts';

/** One value of the kernel's. */
export interface Reading {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** In the unit of the series. */
  readonly value: number;
  /** How far the series may lie outside of what was read before and after, for want of precision. */
  readonly slack: number;
  /** The series counts since the agent started, the kernel since it did: what is compared is how far both rise. */
  readonly sinceAgent?: true;
}

const MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'];
const TICKS_PER_SECOND = 100;
const SECTOR_BYTES = 512;
const EXACT = 1e-6;

function cpu(stat: string): Reading[] {
  const cpus = [...stat.matchAll(/^cpu\d+ (.*)$/gm)].map(([, columns = '']) =>
    columns.split(' ').map(Number),
  );
  return MODES.map((mode, i) => ({
    metric: 'cpu_seconds_total',
    labels: { mode },
    value: cpus.reduce((sum, ticks) => sum + (ticks[i] ?? 0), 0) / TICKS_PER_SECOND,
    slack: 1 / TICKS_PER_SECOND + EXACT,
  }));
}

function memory(): Reading[] {
  const kb = (name: string) =>
    Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text('/proc/meminfo') ?? '')?.[1]);
  const [total, available] = [kb('MemTotal') * 1024, kb('MemAvailable') * 1024];
  // The reading itself takes and frees memory.
  const slack = 32 * 1_048_576;
  return [
    { metric: 'memory_bytes', labels: { state: 'available' }, value: available, slack },
    { metric: 'memory_bytes', labels: { state: 'used' }, value: total - available, slack },
  ];
}

function pressure(): Reading[] {
  return ['cpu', 'memory', 'io'].flatMap((resource) => {
    const total = /^some .* total=(\d+)$/m.exec(text(`/proc/pressure/${resource}`) ?? '')?.[1];
    if (total === undefined) return [];
    const value = Number(total) / 1e6;
    return [{ metric: 'pressure_waiting_seconds_total', labels: { resource }, value, slack: EXACT }];
  });
}

function disks(): Reading[] {
  return (text('/proc/diskstats') ?? '').split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const device = fields[2] ?? '';
    if (device === '' || !existsSync(`/sys/block/${device}/device`)) return [];
    return (['read', 'write'] as const).map((direction) => ({
      metric: 'disk_bytes_total',
      labels: { device, direction },
      value: Number(fields[direction === 'read' ? 5 : 9]) * SECTOR_BYTES,
      slack: 0,
    }));
  });
}

/** Bytes and packets of the devices that `table` (a net/dev) has and `isWanted` takes: receive and transmit. */
export function traffic(table: string, isWanted: (device: string) => boolean) {
  return table.split('\n').flatMap((line) => {
    const [device = '', columns] = line.trim().split(/:\s*/);
    if (columns === undefined || !isWanted(device)) return [];
    const values = columns.split(/\s+/).map(Number);
    return (['receive', 'transmit'] as const).map((direction, i) => ({
      device,
      direction,
      bytes: values[8 * i] ?? 0,
      packets: values[8 * i + 1] ?? 0,
    }));
  });
}

function network(): Reading[] {
  const isPhysical = (device: string) => existsSync(`/sys/class/net/${device}/device`);
  return traffic(text('/proc/1/net/dev') ?? '', isPhysical).flatMap(
    ({ device, direction, bytes, packets }) => [
      { metric: 'network_bytes_total', labels: { device, direction }, value: bytes, slack: 0 },
      { metric: 'network_packets_total', labels: { device, direction }, value: packets, slack: 0 },
    ],
  );
}

function tcp(): Reading[] {
  const [names = [], values = []] = [...(text('/proc/1/net/snmp') ?? '').matchAll(/^Tcp: (.*)$/gm)].map(
    ([, row = '']) => row.split(' '),
  );
  const of = (name: string) => Number(values[names.indexOf(name)]);
  const labels = { pod: '' };
  return [
    {
      metric: 'tcp_retransmitted_segments_total',
      labels,
      value: of('RetransSegs'),
      slack: 0,
      sinceAgent: true,
    },
    { metric: 'tcp_resets_sent_total', labels, value: of('OutRsts'), slack: 0, sinceAgent: true },
  ];
}

function filesystems(): Reading[] {
  return ['/', LAB.data].flatMap((mountpoint) => {
    const { blocks, bavail, files, ffree } = statfsSync(mountpoint);
    const labels = (resource: string) => ({ mountpoint, resource });
    return [
      { metric: 'filesystem_used_ratio', labels: labels('bytes'), value: 1 - bavail / blocks, slack: 1e-4 },
      { metric: 'filesystem_used_ratio', labels: labels('inodes'), value: 1 - ffree / files, slack: 1e-4 },
    ];
  });
}

function throttled(folder: string): number | undefined {
  const [name, unit] = UNIFIED ? ['throttled_usec', 1e6] : ['throttled_time', 1e9];
  const value = keyed(`${folder}/cpu.stat`, String(name));
  return value === undefined ? undefined : value / Number(unit);
}

function usedCpu(folder: string): number | undefined {
  if (UNIFIED) {
    const micros = keyed(`${folder}/cpu.stat`, 'usage_usec');
    return micros === undefined ? undefined : micros / 1e6;
  }
  const nanos = text(`${folder}/cpuacct.usage`);
  return nanos === undefined ? undefined : Number(nanos) / 1e9;
}

function workingSet(folder: string): number | undefined {
  const [usage, inactive] = UNIFIED
    ? ['memory.current', 'inactive_file']
    : ['memory.usage_in_bytes', 'total_inactive_file'];
  const bytes = text(`${folder}/${usage}`);
  if (bytes === undefined) return undefined;
  return Math.max(0, Number(bytes) - (keyed(`${folder}/memory.stat`, inactive) ?? 0));
}

function container(one: Container): Reading[] {
  const [cpuFolder, memoryFolder] = [folderOf(one, 'cpu,cpuacct'), folderOf(one, 'memory')];
  const labels = { container: one.label };
  // The kernel keeps some of a cgroup's memory counted on each CPU for a while.
  const readings: [metric: string, value: number | undefined, slack: number][] = [
    ['container_cpu_seconds_total', usedCpu(cpuFolder), EXACT],
    ['cpu_throttled_seconds_total', throttled(cpuFolder), EXACT],
    ['container_memory_working_set_bytes', workingSet(memoryFolder), 1_048_576],
  ];
  return readings.flatMap(([metric, value, slack]) =>
    value === undefined ? [] : [{ metric, labels, value, slack }],
  );
}

function count(metric: string, value: number | undefined, slack = 0): Reading[] {
  return value === undefined || Number.isNaN(value) ? [] : [{ metric, labels: {}, value, slack }];
}

/** Everything that the kernel says of itself and of the three containers. */
export function readings(): Reading[] {
  const stat = text('/proc/stat') ?? '';
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  return [
    ...cpu(stat),
    ...count('forks_total', Number(/^processes (\d+)$/m.exec(stat)?.[1])),
    ...count('oom_kills_total', keyed('/proc/vmstat', 'oom_kill')),
    ...count('processes', processes, 5),
    ...memory(),
    ...pressure(),
    ...disks(),
    ...network(),
    ...tcp(),
    ...filesystems(),
    ...Object.values(CONTAINERS).flatMap(container),
  ];
}
