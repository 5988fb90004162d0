/** What an exec event costs the agent: everything from the kernel's buffer to the rules, in CPU time of its process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../../common/statistics.ts';
import { table } from '../bench/table.ts';
import { cpuMs } from '../bench/usage.ts';
import { type Contender, isTraced, startKubevigil } from './contenders.ts';
import { scrape, seriesValue } from './page.ts';
import type { Surroundings } from './surroundings.ts';

const EXECS = 30_000;
const BURSTS = 10;
/** Between two bursts: the agent falls back to its idle pace. */
const PAUSE_MS = 300;
/** Eight seconds after its start V8 sweeps once for all, which is not the price of an event. */
const SETTLE_MS = 12_000;
/** Longer than the agent's longest pause between two looks at the trace. */
const DRAIN_MS = 4_500;
const AGENTS = 2;
const WARM_ROUNDS = 1;
const SIDES = 2;

const EVENTS = 'kubevigil_exec_events_total';
const LOST = 'kubevigil_exec_events_lost_total';

/** As many short programs as `$0` says, one after the other. */
const BURST = 'i=0; while [ $i -lt $0 ]; do /bin/true; i=$((i+1)); done';

interface ExecCost {
  readonly state: 'cold' | 'warm';
  readonly events: number;
  readonly lost: number;
  readonly cpuMs: number;
  readonly cpuMicrosPerEvent: number;
}

async function finished(child: ChildProcess): Promise<void> {
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`a burst of programs ended with ${code}`);
}

/** Two at a time, so that both the events and the tasks that make them come from several CPUs. */
async function burst(count: number): Promise<void> {
  const run = () => finished(spawn('sh', ['-c', BURST, String(count / SIDES)], { stdio: 'ignore' }));
  await Promise.all(Array.from({ length: SIDES }, run));
}

/** CPU time between two scrapes, which themselves are not in it. */
async function measureExecs({ pid, url }: Contender, state: ExecCost['state']): Promise<ExecCost> {
  const before = await scrape(url);
  await sleep(DRAIN_MS);
  const cpuBefore = cpuMs(pid);
  for (let i = 0; i < BURSTS; i++) {
    await burst(EXECS / BURSTS);
    await sleep(PAUSE_MS);
  }
  await sleep(DRAIN_MS);
  const used = cpuMs(pid) - cpuBefore;
  const after = await scrape(url);
  const grown = (series: string) => (seriesValue(after, series) ?? 0) - (seriesValue(before, series) ?? 0);
  const events = grown(EVENTS);
  return { state, events, lost: grown(LOST), cpuMs: used, cpuMicrosPerEvent: (used * 1_000) / events };
}

function summary(costs: readonly ExecCost[], state: ExecCost['state']): number {
  return median(costs.filter((cost) => cost.state === state).map((cost) => cost.cpuMicrosPerEvent));
}

/** Cold: the first 30,000 of an agent that has just started, with whatever it compiles for them; warm: those after. */
export async function benchExecs({ folder, say }: Surroundings) {
  const costs: ExecCost[] = [];
  for (let i = 0; i < AGENTS; i++) {
    const agent = await startKubevigil(folder);
    try {
      if (!(await isTraced(agent))) {
        say('exec events: left out, tracefs cannot be had (as root it can)\n');
        return undefined;
      }
      await sleep(SETTLE_MS);
      costs.push(await measureExecs(agent, 'cold'));
      for (let round = 0; round < WARM_ROUNDS; round++) costs.push(await measureExecs(agent, 'warm'));
    } finally {
      await agent.stop();
    }
  }
  const medians = { cold: summary(costs, 'cold'), warm: summary(costs, 'warm') };
  say(
    `CPU per exec event, µs: cold ${medians.cold.toFixed(2)}, warm ${medians.warm.toFixed(2)} (medians; ${EXECS} programs in ${BURSTS} bursts)`,
  );
  say(`${table(costs.map((cost) => ({ ...cost })))}\n`);
  return { cpuMicrosPerEvent: medians, rounds: costs };
}
