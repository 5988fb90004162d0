/** What a scrape costs, beside node_exporter and process-exporter, in several situations. */
import { median } from '../../common/statistics.ts';
import { table } from '../bench/table.ts';
import { cpuMs, processCount, residentMebibytes } from '../bench/usage.ts';
import { type Contender, withContenders } from './contenders.ts';
import { containers, type Load, networkNamespaces, sleepers } from './load.ts';
import { countSeries, scrape, seriesValue } from './page.ts';
import type { Surroundings } from './surroundings.ts';

const MANY_PROCESSES = 1_080;
const CONTAINERS = 100;
const NAMESPACES = 50;
const PODS = 110;
const POD_CONTAINERS = 250;

const WARM_UP_SCRAPES = 10;
/** An hour of scrapes, after which V8 compiles no more of an agent than it does for days. */
const SCRAPES_OF_AN_HOUR = 240;
const ROUNDS = 15;
const SCRAPES_PER_ROUND = 4;
const SOCKETS_CPU = 'kubevigil_extractor_cpu_seconds_total{extractor="sockets"}';

/** What one exporter cost in one situation; the times are medians. */
interface Cost {
  readonly exporter: string;
  readonly cpuMsPerScrape: number;
  /** Of it, for sockets and their tables, as the agent accounts for it; a mean. The peers have no such figures. */
  readonly socketsCpuMs: number;
  readonly wallMsPerScrape: number;
  readonly residentMebibytes: number;
  readonly series: number;
  readonly bytes: number;
}

interface Situation {
  readonly name: string;
  readonly needsRoot: boolean;
  /** Scrapes of the agent before anything is measured. */
  readonly scrapesBefore?: number;
  load(): Promise<readonly Load[]>;
}

const SITUATIONS: readonly Situation[] = [
  { name: 'just started', needsRoot: false, load: () => Promise.resolve([]) },
  {
    name: 'after an hour of scrapes',
    needsRoot: false,
    scrapesBefore: SCRAPES_OF_AN_HOUR,
    load: () => Promise.resolve([]),
  },
  {
    name: `${MANY_PROCESSES} processes`,
    needsRoot: false,
    load: async () => [await sleepers(Math.max(0, MANY_PROCESSES - processCount()))],
  },
  {
    name: `${CONTAINERS} containers, ${NAMESPACES} network namespaces`,
    needsRoot: true,
    load: async () => [await containers(CONTAINERS), await networkNamespaces(NAMESPACES)],
  },
  {
    name: `${PODS} pods, ${POD_CONTAINERS} containers`,
    needsRoot: true,
    load: async () => [await containers(POD_CONTAINERS, PODS)],
  },
];

interface Round {
  readonly cpuMs: number;
  readonly wallMs: number;
}

async function round({ pid, url }: Contender): Promise<Round> {
  const cpuBefore = cpuMs(pid);
  const began = performance.now();
  for (let i = 0; i < SCRAPES_PER_ROUND; i++) await scrape(url);
  const wallMs = (performance.now() - began) / SCRAPES_PER_ROUND;
  return { cpuMs: (cpuMs(pid) - cpuBefore) / SCRAPES_PER_ROUND, wallMs };
}

const socketsCpuMs = (page: string) => (seriesValue(page, SOCKETS_CPU) ?? 0) * 1_000;

/** Scrapes the exporters in turn, so that what the machine does besides falls on all of them alike. */
async function measure(contenders: readonly Contender[]): Promise<Cost[]> {
  for (const { url } of contenders) for (let i = 0; i < WARM_UP_SCRAPES; i++) await scrape(url);
  const rounds: [Contender, string, Round[]][] = [];
  for (const contender of contenders) rounds.push([contender, await scrape(contender.url), []]);
  for (let i = 0; i < ROUNDS; i++) {
    for (const [contender, , done] of rounds) done.push(await round(contender));
  }
  const costs: Cost[] = [];
  for (const [{ name, url, pid }, first, done] of rounds) {
    const page = await scrape(url);
    costs.push({
      exporter: name,
      cpuMsPerScrape: median(done.map((one) => one.cpuMs)),
      socketsCpuMs: (socketsCpuMs(page) - socketsCpuMs(first)) / (ROUNDS * SCRAPES_PER_ROUND + 1),
      wallMsPerScrape: median(done.map((one) => one.wallMs)),
      residentMebibytes: residentMebibytes(pid),
      series: countSeries(page),
      bytes: Buffer.byteLength(page),
    });
  }
  return costs;
}

/** Ours, without the sockets, to each of the others. */
function ratios([ours, ...peers]: readonly Cost[]): Record<string, number> {
  const own = (ours?.cpuMsPerScrape ?? Number.NaN) - (ours?.socketsCpuMs ?? 0);
  return Object.fromEntries(peers.map(({ exporter, cpuMsPerScrape }) => [exporter, own / cpuMsPerScrape]));
}

/** Measures every situation that this user can make; the exporters are the same ones all the while. */
export async function benchScrapes({ folder, say, isRoot }: Surroundings) {
  return withContenders(folder, true, async (contenders) => {
    const results = [];
    const [{ url }] = contenders;
    for (const { name, needsRoot, scrapesBefore = 0, load } of SITUATIONS) {
      if (needsRoot && !isRoot) {
        say(`${name}: left out, needs root\n`);
        continue;
      }
      for (let i = 0; i < scrapesBefore; i++) await scrape(url);
      const loads = await load();
      try {
        const processes = processCount();
        const costs = await measure(contenders);
        const cpuRatios = ratios(costs);
        results.push({ situation: name, processes, costs, cpuRatiosWithoutSockets: cpuRatios });
        const text = Object.entries(cpuRatios).map(([peer, ratio]) => `${ratio.toFixed(2)} × ${peer}`);
        say(`${name} (${processes} processes): CPU per scrape without sockets ${text.join(', ')}`);
        say(`${table(costs.map((cost) => ({ ...cost })))}\n`);
      } finally {
        for (const { remove } of loads) await remove();
      }
    }
    return results;
  });
}
