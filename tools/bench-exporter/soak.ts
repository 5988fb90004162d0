/** Whether the agent's memory stays, over many scrapes, while processes, pods and network namespaces come and go. */
import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../bench/table.ts';
import { processCount, residentMebibytes } from '../bench/usage.ts';
import { type Contender, isTraced, startKubevigil } from './contenders.ts';
import { containers, type Load, sleepers } from './load.ts';
import { countSeries, scrape } from './page.ts';
import type { Surroundings } from './surroundings.ts';

const MANY_PROCESSES = 1_080;
/** Scrapes after which memory is looked at. */
const LOOKS = [50, 500, 1_000, 1_500, 1_750, 2_000];
/** A pod's event counters stay six minutes after it is gone: from the 1,500th scrape on as many series go as come. */
const BETWEEN_SCRAPES_MS = 250;
/** Scrapes from one generation of pods to the next. */
const SCRAPES_PER_GENERATION = 40;
/** Generations that are there at a time. */
const GENERATIONS = 4;
const PODS = 3;
const CONTAINERS = 6;
const SHORT_LIVED = 10;

interface Look {
  readonly scrapes: number;
  readonly residentMebibytes: number;
  readonly series: number;
  readonly podsSoFar: number;
}

/** Pods with a network namespace for each container, and processes beside them. */
async function generation(isRoot: boolean): Promise<readonly Load[]> {
  const processes = await sleepers(SHORT_LIVED);
  return isRoot ? [processes, await containers(CONTAINERS, PODS, 'own network')] : [processes];
}

async function soak({ url, pid }: Contender, isRoot: boolean): Promise<Look[]> {
  const looks: Look[] = [];
  const alive: (readonly Load[])[] = [];
  let pods = 0;
  try {
    for (let scrapes = 1; scrapes <= Math.max(...LOOKS); scrapes++) {
      const page = await scrape(url);
      if (LOOKS.includes(scrapes)) {
        const series = countSeries(page);
        looks.push({ scrapes, residentMebibytes: residentMebibytes(pid), series, podsSoFar: pods });
      }
      await sleep(BETWEEN_SCRAPES_MS);
      if (scrapes % SCRAPES_PER_GENERATION !== 0) continue;
      if (alive.length === GENERATIONS) for (const { remove } of alive.shift() ?? []) await remove();
      alive.push(await generation(isRoot));
      pods += isRoot ? PODS : 0;
    }
    return looks;
  } finally {
    for (const { remove } of alive.flat()) await remove();
  }
}

/** 2,000 scrapes in ten minutes. */
export async function benchSoak({ folder, say, isRoot }: Surroundings) {
  const crowd = await sleepers(Math.max(0, MANY_PROCESSES - processCount()));
  const agent = await startKubevigil(folder);
  try {
    const traced = await isTraced(agent);
    const looks = await soak(agent, isRoot);
    say(
      `resident memory at about ${MANY_PROCESSES} processes, ${traced ? 'traced' : 'polling /proc'}, while processes and pods come and go`,
    );
    say(`${table(looks.map((look) => ({ ...look })))}\n`);
    return { traced, looks };
  } finally {
    await agent.stop();
    await crowd.remove();
  }
}
