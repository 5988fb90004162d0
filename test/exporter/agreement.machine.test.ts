import { join } from 'node:path';
import { expect } from 'chai';
import { type Child, startChild, waitForChild } from '../../tools/programs/child.ts';
import { freePort } from '../../tools/programs/ports.ts';
import { type ExporterProcess, startExporter } from '../support/exporter.ts';
import { program } from '../support/programs.ts';
import { parseSeries } from '../support/series.ts';
import { temporaryFolder } from '../support/temporary.ts';

type Series = ReadonlyMap<string, number>;

/** One value as both exporters have it. */
interface Pair {
  readonly name: string;
  readonly ours: (series: Series) => number | undefined;
  readonly theirs: (series: Series) => number | undefined;
  /** How far outside of the bracket it may be. */
  readonly tolerance: number;
}

const ROUNDING = 1e-6;

/** Both hold back steps of these two that the kernel makes, each from its own first scrape on. */
const IDLE_NOISE_SECONDS = 0.05;

/** Gauges move both ways between two scrapes. */
const MEMORY_NOISE_BYTES = 512 * 1024 * 1024;
const FILESYSTEM_NOISE = 0.01;

function sumOf(series: Series, pattern: RegExp): number | undefined {
  const values = [...series].filter(([name]) => pattern.test(name)).map(([, value]) => value);
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b);
}

function counter(ours: string, theirs: string): Pair {
  return {
    name: ours,
    ours: (series) => series.get(ours),
    theirs: (series) => series.get(theirs),
    tolerance: ROUNDING,
  };
}

function labelValues(series: Series, name: string, label: string): string[] {
  const pattern = new RegExp(`^${name}\\{.*\\b${label}="([^"]*)"`);
  return [...new Set([...series.keys()].flatMap((key) => pattern.exec(key)?.[1] ?? []))];
}

const CPU: Pair[] = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'].map((mode) => ({
  name: `cpu ${mode}`,
  ours: (series) => series.get(`kubevigil_cpu_seconds_total{mode="${mode}"}`),
  theirs: (series) => sumOf(series, new RegExp(`^node_cpu_seconds_total\\{.*mode="${mode}"`)),
  tolerance: mode === 'idle' || mode === 'iowait' ? IDLE_NOISE_SECONDS : ROUNDING,
}));

const PRESSURE = ['cpu', 'memory', 'io'].map((resource) =>
  counter(
    `kubevigil_pressure_waiting_seconds_total{resource="${resource}"}`,
    `node_pressure_${resource}_waiting_seconds_total`,
  ),
);

const MEMORY: Pair[] = [
  {
    name: 'memory available',
    ours: (series) => series.get('kubevigil_memory_bytes{state="available"}'),
    theirs: (series) => series.get('node_memory_MemAvailable_bytes'),
    tolerance: MEMORY_NOISE_BYTES,
  },
  {
    name: 'memory in total',
    ours: (series) => sumOf(series, /^kubevigil_memory_bytes/),
    theirs: (series) => series.get('node_memory_MemTotal_bytes'),
    tolerance: 0,
  },
];

function disks(series: Series): Pair[] {
  const verbs = { read: 'read', write: 'written' } as const;
  return labelValues(series, 'kubevigil_disk_bytes_total', 'device').flatMap((device) =>
    (['read', 'write'] as const).map((direction) =>
      counter(
        `kubevigil_disk_bytes_total{device="${device}",direction="${direction}"}`,
        `node_disk_${verbs[direction]}_bytes_total{device="${device}"}`,
      ),
    ),
  );
}

function uplinks(series: Series): Pair[] {
  return labelValues(series, 'kubevigil_network_bytes_total', 'device').flatMap((device) =>
    (['receive', 'transmit'] as const).flatMap((direction) =>
      (['bytes', 'packets'] as const).map((what) =>
        counter(
          `kubevigil_network_${what}_total{device="${device}",direction="${direction}"}`,
          `node_network_${direction}_${what}_total{device="${device}"}`,
        ),
      ),
    ),
  );
}

function filesystems(series: Series): Pair[] {
  return labelValues(series, 'kubevigil_filesystem_used_ratio', 'mountpoint').flatMap((mountpoint) => {
    const find = (all: Series, name: string) =>
      sumOf(
        all,
        new RegExp(
          `^node_filesystem_${name}\\{.*mountpoint="${mountpoint.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}"\\}`,
        ),
      );
    const ratio = (resource: string, free: string, total: string): Pair => ({
      name: `filesystem ${mountpoint} ${resource}`,
      ours: (all) =>
        all.get(`kubevigil_filesystem_used_ratio{mountpoint="${mountpoint}",resource="${resource}"}`),
      theirs: (all) => {
        const [left, whole] = [find(all, free), find(all, total)];
        return left === undefined || whole === undefined ? undefined : 1 - left / whole;
      },
      tolerance: FILESYSTEM_NOISE,
    });
    return [ratio('bytes', 'avail_bytes', 'size_bytes'), ratio('inodes', 'files_free', 'files')];
  });
}

function pairsOf(ours: Series): Pair[] {
  const single = [
    counter('kubevigil_oom_kills_total', 'node_vmstat_oom_kill'),
    counter('kubevigil_forks_total', 'node_forks_total'),
  ];
  return [...CPU, ...PRESSURE, ...MEMORY, ...single, ...disks(ours), ...uplinks(ours), ...filesystems(ours)];
}

async function scrape(address: string): Promise<Series> {
  return parseSeries(await (await fetch(`http://${address}/metrics`)).text());
}

/**
 * Holds that the value in the middle lies between the others, for all pairs that both exporters have.
 *
 * @returns names of the values that were compared
 */
function expectBetween(
  pairs: readonly Pair[],
  side: 'ours' | 'theirs',
  [a, b, c]: [Series, Series, Series],
): string[] {
  const outer = side === 'ours' ? 'theirs' : 'ours';
  return pairs.flatMap((pair) => {
    const [low, middle, high] = [pair[outer](a), pair[side](b), pair[outer](c)];
    if (low === undefined || middle === undefined || high === undefined) return [];
    expect(middle, pair.name).to.be.within(
      Math.min(low, high) - pair.tolerance,
      Math.max(low, high) + pair.tolerance,
    );
    return [pair.name];
  });
}

describe('agreement with node_exporter', () => {
  const folder = temporaryFolder();
  let ours: ExporterProcess;
  let theirs: Child;
  let theirAddress: string;

  before(async () => {
    theirAddress = `127.0.0.1:${await freePort()}`;
    const file = await program('prometheus-node-exporter');
    theirs = startChild(file, [`--web.listen-address=${theirAddress}`], join(folder(), 'log'));
    ours = await startExporter();
    await waitForChild(theirs, 'node_exporter', () => scrape(theirAddress).catch(() => undefined));
    await scrape(ours.address);
  });

  after(async () => {
    await ours?.stop();
    await theirs?.stop();
  });

  it('each of our values lies between two of theirs, and each of theirs between two of ours', async () => {
    const pages: Series[] = [];
    for (let i = 0; i < 3; i++) pages.push(await scrape(theirAddress), await scrape(ours.address));
    const [their1, our1, their2, our2] = pages as [Series, Series, Series, Series];
    const pairs = pairsOf(our1);
    const compared = expectBetween(pairs, 'ours', [their1, our1, their2]);
    expect(expectBetween(pairs, 'theirs', [our1, their2, our2])).to.deep.equal(compared);
    const kernelHasPressure = our1.has('kubevigil_pressure_waiting_seconds_total{resource="cpu"}');
    const expected = [...CPU, ...MEMORY, ...(kernelHasPressure ? PRESSURE : [])].map(({ name }) => name);
    expect(compared).to.include.members([...expected, 'kubevigil_forks_total']);
    const missing = [...disks(our1), ...uplinks(our1)].map(({ name }) => name);
    expect(compared).to.include.members(missing);
  });
});
