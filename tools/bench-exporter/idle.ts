/** What the exporters cost while nothing, or next to nothing, is asked of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../bench/table.ts';
import { cpuMs } from '../bench/usage.ts';
import { type Contender, isTraced, withContenders } from './contenders.ts';
import { scrape, seriesValue } from './page.ts';
import type { Surroundings } from './surroundings.ts';

const WARM_UP_SCRAPES = 60;
/** V8 goes on compiling what was run often, and sweeps once more, for some seconds after that. */
const SETTLE_SECONDS = 20;
const WATCHED_SECONDS = 90;
const SCRAPE_INTERVAL_SECONDS = 15;
const EVENTS = 'kubevigil_exec_events_total';

interface Idle {
  readonly exporter: string;
  /** In a minute without a scrape. */
  readonly cpuMsPerMinute: number;
  /** In a minute with one every 15 s, these included. */
  readonly cpuMsPerMinuteScraped: number;
}

/** CPU time that each used in a minute, while `meanwhile` runs. */
async function perMinute(contenders: readonly Contender[], meanwhile: Promise<unknown>): Promise<number[]> {
  const began = performance.now();
  const before = contenders.map(({ pid }) => cpuMs(pid));
  await meanwhile;
  const minutes = (performance.now() - began) / 60_000;
  return contenders.map(({ pid }, i) => (cpuMs(pid) - (before[i] ?? 0)) / minutes);
}

async function scrapeAll(contenders: readonly Contender[]): Promise<void> {
  for (let i = 0; i < WATCHED_SECONDS / SCRAPE_INTERVAL_SECONDS; i++) {
    for (const { url } of contenders) await scrape(url);
    await sleep(SCRAPE_INTERVAL_SECONDS * 1_000);
  }
}

/** All exporters at the same time, so that what the machine does meanwhile is the same for all. */
export async function benchIdle({ folder, say }: Surroundings) {
  return withContenders(folder, true, async (contenders) => {
    for (const { url } of contenders) for (let i = 0; i < WARM_UP_SCRAPES; i++) await scrape(url);
    await sleep(SETTLE_SECONDS * 1_000);
    const [ours] = contenders;
    const events = async () => seriesValue(await scrape(ours.url), EVENTS) ?? 0;
    const traced = await isTraced(ours);
    const eventsBefore = await events();
    const still = await perMinute(contenders, sleep(WATCHED_SECONDS * 1_000));
    const execsPerMinute = ((await events()) - eventsBefore) / (WATCHED_SECONDS / 60);
    const scraped = await perMinute(contenders, scrapeAll(contenders));
    const costs: Idle[] = contenders.map(({ name }, i) => ({
      exporter: name,
      cpuMsPerMinute: still[i] ?? Number.NaN,
      cpuMsPerMinuteScraped: scraped[i] ?? Number.NaN,
    }));
    const how = traced ? 'traced' : 'polling /proc: tracefs cannot be had';
    say(`idle (${how}); meanwhile others on this machine started ${execsPerMinute} programs a minute`);
    say(`${table(costs.map((cost) => ({ ...cost })))}\n`);
    return { traced, execsPerMinute, costs };
  });
}
