/**
 * `npm run bench:exporter`: what the agent costs, beside node_exporter and process-exporter where these do the same.
 *
 * - `scrape`: CPU, wall, memory, series and bytes of a scrape, interleaved with the others'
 * - `exec`: CPU of an exec event, of an agent that has just started and of one that is warm
 * - `events`: CPU of a record of a match, and of what has none
 * - `idle`: CPU of a minute without scrapes, and with one every 15 s
 * - `logs`: CPU of a line of an access log, by the default web rules
 * - `soak`: memory over 2,000 scrapes while processes and pods come and go
 *
 * Prints tables; `--json FILE` also writes the figures; `--only PART` (repeatable) runs some parts only. Containers, network
 * namespaces and the kernel's trace need root.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchEvents } from './events.ts';
import { benchExecs } from './execs.ts';
import { benchIdle } from './idle.ts';
import { benchLogs } from './logs.ts';
import { benchScrapes } from './scrapes.ts';
import { benchSoak } from './soak.ts';

const PARTS = {
  scrape: benchScrapes,
  exec: benchExecs,
  events: benchEvents,
  idle: benchIdle,
  logs: benchLogs,
  soak: benchSoak,
};
const NAMES = Object.keys(PARTS);

const { values } = parseArgs({
  options: { json: { type: 'string' }, only: { type: 'string', multiple: true } },
});
const unknown = values.only?.find((name) => !NAMES.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`bench:exporter: --only ${unknown}: there are the parts ${NAMES.join(', ')}\n`);
  process.exit(2);
}
const machine = {
  linux: release(),
  cpus: availableParallelism(),
  node: process.versions.node,
  loadBefore: loadavg()[0],
};
const say = (text: string) => void process.stdout.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), 'kubevigil-bench-'));
try {
  const { linux, cpus, node, loadBefore } = machine;
  say(`Linux ${linux}, ${cpus} CPUs, Node ${node}, load ${loadBefore?.toFixed(1)}; medians\n`);
  const surroundings = { folder, say, isRoot: process.getuid?.() === 0 };
  const results: Record<string, unknown> = { machine };
  for (const [name, bench] of Object.entries(PARTS)) {
    if (values.only?.includes(name) ?? true) results[name] = await bench(surroundings);
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
