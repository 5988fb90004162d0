/**
 * `npm run bench:exporter`: what a scrape costs, beside node_exporter and process-exporter, interleaved in one run.
 * Prints tables; `--json FILE` also writes the figures. Containers and network namespaces need root.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../bench/table.ts';
import { processCount } from '../bench/usage.ts';
import { type Contender, startContenders } from './contenders.ts';
import { containers, type Load, networkNamespaces, sleepers } from './load.ts';
import { type Cost, idleCpuMsPerMinute, measure } from './measure.ts';

const MANY_PROCESSES = 1_080;
const CONTAINERS = 100;
const PODS = 110;
const POD_CONTAINERS = 250;
const NAMESPACES = 50;
const IDLE_SECONDS = 30;

interface Situation {
  readonly name: string;
  readonly needsRoot: boolean;
  load(): Promise<Load>;
}

const NOTHING: Load = { remove: () => Promise.resolve() };

const SITUATIONS: readonly Situation[] = [
  { name: 'as it is', needsRoot: false, load: () => Promise.resolve(NOTHING) },
  {
    name: `${MANY_PROCESSES} processes`,
    needsRoot: false,
    load: () => sleepers(Math.max(0, MANY_PROCESSES - processCount())),
  },
  { name: `${CONTAINERS} containers`, needsRoot: true, load: () => containers(CONTAINERS) },
  {
    name: `${PODS} pods, ${POD_CONTAINERS} containers`,
    needsRoot: true,
    load: () => containers(POD_CONTAINERS, PODS),
  },
  { name: `${NAMESPACES} network namespaces`, needsRoot: true, load: () => networkNamespaces(NAMESPACES) },
];

function ratios(costs: readonly Cost[]): string {
  const [ours, ...peers] = costs;
  return peers
    .map(
      (peer) =>
        `${((ours?.cpuMsPerScrape ?? Number.NaN) / peer.cpuMsPerScrape).toFixed(2)} × ${peer.exporter}`,
    )
    .join(', ');
}

const say = (text: string) => process.stdout.write(`${text}\n`);

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'kubevigil-bench-'));
let contenders: Contender[] = [];
try {
  contenders = await startContenders(folder);
  say(`Linux ${release()}, ${availableParallelism()} CPUs, Node ${process.versions.node}; medians\n`);
  const results: { situation: string; processes: number; costs: Cost[] }[] = [];
  for (const { name, needsRoot, load } of SITUATIONS) {
    if (needsRoot && !isRoot) {
      say(`${name}: left out, needs root\n`);
      continue;
    }
    const { remove } = await load();
    try {
      const processes = processCount();
      const costs = await measure(contenders);
      results.push({ situation: name, processes, costs });
      say(`${name} (${processes} processes): CPU per scrape ${ratios(costs)}`);
      say(`${table(costs.map((cost) => ({ ...cost })))}\n`);
    } finally {
      await remove();
    }
  }
  const idle = await idleCpuMsPerMinute(contenders, IDLE_SECONDS);
  say(`idle, CPU ms per minute: ${[...idle].map(([name, ms]) => `${name} ${ms.toFixed(1)}`).join(', ')}`);
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ results, idle: Object.fromEntries(idle) }, null, 2)}\n`);
  }
} finally {
  for (const contender of contenders) await contender.stop();
  rmSync(folder, { recursive: true, force: true });
}
