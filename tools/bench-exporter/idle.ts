/** What the exporters cost while nothing, or next to nothing, is asked of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../../common/statistics.ts';
import { table } from '../bench/table.ts';
import { cpuMs } from '../bench/usage.ts';
import { type Contender, isTraced, withContenders } from './contenders.ts';
import { scrape, seriesValue } from './page.ts';
import type { Surroundings } from './surroundings.ts';

const WARM_UP_SCRAPES = 60;
/** V8 goes on compiling what was run often, and sweeps once more, for some seconds after that. */
const SETTLE_SECONDS = 20;
/** As many windows as long as the scrape interval, without scrapes and with one in each. */
const WINDOWS = 6;
const WINDOW_SECONDS = 15;
const EVENTS = 'kubevigil_exec_events_total';

/**
 * CPU milliseconds of a minute: the median of the windows, and the window in which least was used, as whatever others on
 * the machine start or connect to in a window is traced in it.
 */
interface Idle {
  readonly exporter: string;
  readonly cpuMsPerMinute: number;
  readonly cpuMsPerMinuteAtLeast: number;
  /** With a scrape every 15 s, these included. */
  readonly cpuMsPerMinuteScraped: number;
  readonly cpuMsPerMinuteScrapedAtLeast: number;
}

/** What each used in every window, in each of which `act` is done once, as CPU milliseconds per minute. */
async function watch(contenders: readonly Contender[], act: () => Promise<unknown>): Promise<number[][]> {
  const used: number[][] = contenders.map(() => []);
  for (let window = 0; window < WINDOWS; window++) {
    const began = performance.now();
    const before = contenders.map(({ pid }) => cpuMs(pid));
    await act();
    await sleep(WINDOW_SECONDS * 1_000 - (performance.now() - began));
    const minutes = (performance.now() - began) / 60_000;
    for (const [i, { pid }] of contenders.entries()) {
      used[i]?.push((cpuMs(pid) - (before[i] ?? 0)) / minutes);
    }
  }
  return used;
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
    const still = await watch(contenders, () => Promise.resolve());
    const execsPerMinute = ((await events()) - eventsBefore) / ((WINDOWS * WINDOW_SECONDS) / 60);
    const scraped = await watch(contenders, async () => {
      for (const { url } of contenders) await scrape(url);
    });
    const costs: Idle[] = contenders.map(({ name }, i) => ({
      exporter: name,
      cpuMsPerMinute: median(still[i] ?? []),
      cpuMsPerMinuteAtLeast: Math.min(...(still[i] ?? [])),
      cpuMsPerMinuteScraped: median(scraped[i] ?? []),
      cpuMsPerMinuteScrapedAtLeast: Math.min(...(scraped[i] ?? [])),
    }));
    const how = traced ? 'traced' : 'polling /proc: tracefs cannot be had';
    say(`idle (${how}); meanwhile others on this machine started ${execsPerMinute} programs a minute`);
    say(`${table(costs.map((cost) => ({ ...cost })))}\n`);
    return { traced, execsPerMinute, costs };
  });
}
