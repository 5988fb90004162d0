/** What lines of an access log cost the agent with the default web rules: from the file to the counters, in CPU time of its process. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { randomFrom } from '../../common/random.ts';
import { median } from '../../common/statistics.ts';
import { table } from '../bench/table.ts';
import { cpuMs } from '../bench/usage.ts';
import { ROOT } from '../programs/paths.ts';
import { type Contender, startKubevigil } from './contenders.ts';
import { scrape, seriesValue } from './page.ts';
import type { Surroundings } from './surroundings.ts';

const LINES = 20_000;
const ROUNDS = 5;
/** Compiled code, filled caches. */
const WARM_ROUNDS = 2;
const SETTLE_MS = 2_000;
/** A poll has two seconds for lines, and these take less. */
const MAX_SCRAPES = 200;

const MARK = 'bench_mark';
const MARKS = `kubevigil_suspicious_log_lines_total{rule="${MARK}",category="other"}`;
const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

/** Of what an ordinary shop serves: mostly what no rule looks at twice, one in ten with something that rules look at. */
const TARGETS = [
  '/assets/app.3f9a1c.js',
  '/static/img/oak-table-120.jpg?w=640',
  '/api/v1/products?category=garden&sort=price_asc&page=3',
  '/search?q=oak+table+120+cm',
  '/p/wool-blanket-4711?color=red&size=140%2F200',
  '/cart',
  '/healthz',
  '/login?next=%2Forders%3Ffrom%3D4711',
  '/collect?dl=https%3A%2F%2Fshop.example.com%2Fp%2F1&dt=Caf%C3%A9',
  '/search?q=o%27reilly+or+union+select',
];

function line(random: () => number): string {
  const target = TARGETS[Math.floor(random() * TARGETS.length)] ?? '/';
  const client = `10.0.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}`;
  return `${client} - - [28/Nov/2026:06:15:42 +0000] "GET ${target} HTTP/1.1" 200 ${Math.floor(random() * 50_000)} "https://shop.example.com/" "${AGENT}"`;
}

interface RuleText {
  readonly name: string;
  readonly category?: string;
}

/** The default web rules on a file, and one for the line that ends a round. */
function rules(log: string): object[] {
  const { rules: defaults } = parse(
    readFileSync(join(ROOT, 'exporter', 'rules', 'default.yaml'), 'utf8'),
  ) as {
    rules: RuleText[];
  };
  const web = defaults
    .filter(({ category }) => category === 'web')
    .map((rule) => ({ ...rule, pods: undefined, files: [log] }));
  const mark = {
    ...{ name: MARK, on: 'log', severity: 'info', mitre: 'T1190', description: 'The end of a round.' },
    ...{ files: [log], condition: `line.startsWith("${MARK}")` },
  };
  return [...web, mark];
}

const marksOf = async ({ url }: Contender) => seriesValue(await scrape(url), MARKS) ?? 0;

/** CPU time of the agent for so many lines, without that of scrapes with nothing to read. */
async function round(agent: Contender, log: string, random: () => number): Promise<number> {
  const before = await marksOf(agent);
  const idleBefore = cpuMs(agent.pid);
  await scrape(agent.url);
  const idle = cpuMs(agent.pid) - idleBefore;
  const lines = Array.from({ length: LINES }, () => line(random));
  const usedBefore = cpuMs(agent.pid);
  appendFileSync(log, `${lines.join('\n')}\n${MARK}\n`);
  let scrapes = 1;
  while ((await marksOf(agent)) === before) {
    scrapes += 1;
    if (scrapes > MAX_SCRAPES)
      throw new Error(`${log}: its last line was not counted within ${MAX_SCRAPES} scrapes`);
  }
  return cpuMs(agent.pid) - usedBefore - scrapes * idle;
}

export async function benchLogs({ folder, say }: Surroundings) {
  const log = join(folder, 'access.log');
  const file = join(folder, 'web-rules.yaml');
  writeFileSync(log, '');
  writeFileSync(file, stringify({ rules: rules(log) }));
  const agent = await startKubevigil(folder, [`--rules.file=${file}`]);
  const random = randomFrom(1);
  try {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const costs: { round: number; cpuMicrosPerLine: number; linesPerCpuSecond: number }[] = [];
    for (let i = 0; i < WARM_ROUNDS + ROUNDS; i++) {
      const used = await round(agent, log, random);
      if (i < WARM_ROUNDS) continue;
      costs.push({
        round: i - WARM_ROUNDS + 1,
        cpuMicrosPerLine: (used * 1_000) / LINES,
        linesPerCpuSecond: LINES / (used / 1_000),
      });
    }
    const cpuMicrosPerLine = median(costs.map((cost) => cost.cpuMicrosPerLine));
    say(
      `CPU per line of an access log, µs: ${cpuMicrosPerLine.toFixed(1)}, ${Math.round(1e6 / cpuMicrosPerLine)} lines a CPU second (medians of ${ROUNDS} rounds of ${LINES} lines, default web rules)`,
    );
    say(`${table(costs)}\n`);
    return { cpuMicrosPerLine, rounds: costs };
  } finally {
    await agent.stop();
  }
}
