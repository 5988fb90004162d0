/** Everything at once, and what the exporter made of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMebibytes } from '../bench/usage.ts';
import { waitFor } from '../programs/wait.ts';
import { Admitted } from './admitted.ts';
import { type Agent, startAgent } from './agent.ts';
import { HOSTILE_SHARES } from './cells.ts';
import { type DeadMount, mountToDie } from './dead.ts';
import type { Sample } from './figures.ts';
import { FLOODS, type FloodName } from './flood-scripts.ts';
import { type Flood, startFlood } from './floods.ts';
import type { Ground } from './ground.ts';
import { type HostileClients, startHostile } from './hostile/clients.ts';
import type { HostileKind } from './hostile/kinds.ts';
import { type Happened, judge } from './marks/account.ts';
import { Causes } from './marks/causes.ts';
import { Counters } from './marks/counters.ts';
import { planMarks } from './marks/plan.ts';
import { rulesFile } from './marks/rules.ts';
import { scrapesOf, startScraping } from './prometheus.ts';

const MARKED_CONTAINERS = 24;
const SCRAPE_EVERY_MS = 5_000;
const PROMETHEUS_EVERY_S = 15;
const SAMPLE_EVERY_MS = 5_000;
/** For the last marks to be scraped. */
const LAST_LOOK_MS = 45_000;
/** Before the first mark everybody has begun. */
const SETTLE_MS = 5_000;

export interface SiegeOptions {
  readonly seconds: number;
  readonly marks: number;
  readonly seed: number;
  readonly scale: number;
  readonly connections: number;
  readonly kinds: readonly HostileKind[];
  readonly floods: readonly FloodName[];
}

export interface SiegeFindings {
  readonly clients: readonly { readonly name: string; readonly scrapes: Admitted['scrapes'] }[];
  readonly memory: readonly Sample[];
  readonly cgroup: ReturnType<Agent['memory']>;
  readonly cpu: ReturnType<Agent['cpu']>;
  readonly accounts: ReturnType<typeof judge>['accounts'];
  readonly floods: readonly Flood[];
  readonly hostile: ReturnType<HostileClients['tallies']>;
  readonly ownCounters: readonly string[];
  readonly failing: readonly string[];
  readonly problems: readonly string[];
  readonly dead: string;
}

/** Causes each mark at its time; one that is due while the one before is made is made after it. */
async function causeMarks(causes: Causes, options: SiegeOptions, signal: AbortSignal): Promise<void> {
  const lastsMs = options.seconds * 1_000 - SETTLE_MS;
  const marks = planMarks(options.marks, MARKED_CONTAINERS, lastsMs, options.seed);
  const from = performance.now() + SETTLE_MS;
  for (const mark of marks) {
    await sleep(Math.max(0, from + mark.atMs - performance.now()), undefined, { signal });
    await causes.cause(mark);
  }
}

function sampleMemory({ pid, isRunning }: Agent, memory: Sample[]): NodeJS.Timeout {
  const from = performance.now();
  return setInterval(() => {
    if (isRunning())
      memory.push({ minute: (performance.now() - from) / 60_000, mebibytes: residentMebibytes(pid) });
  }, SAMPLE_EVERY_MS);
}

/** Looks until everything was counted, or nothing comes any more. */
async function lastLook(client: Admitted, counters: Counters, happened: readonly Happened[]): Promise<void> {
  const look = async () => {
    await client.scrape();
    return judge(happened, counters.all).problems.length === 0 ? true : undefined;
  };
  await waitFor('all marks', look, LAST_LOOK_MS).catch(() => {});
}

/** Prepares the dead mount and the marked containers, before the exporter starts. */
async function prepare(
  ground: Ground,
): Promise<{ readonly causes: Causes; readonly dead: DeadMount | string }> {
  const { folder, cells, cluster, undo } = ground;
  const causes = new Causes(folder, cells, cluster);
  undo.add(() => causes.end());
  const dead = await mountToDie(folder, cells.make('dead', 'besteffort'));
  if (typeof dead !== 'string') undo.add(() => dead.end());
  writeFileSync(join(folder, 'rules.yaml'), rulesFile(folder, typeof dead === 'string' ? [] : dead.paths));
  causes.prepare(MARKED_CONTAINERS);
  return { causes, dead };
}

export async function siege(
  ground: Ground,
  options: SiegeOptions,
  tell: (line: string) => void,
): Promise<SiegeFindings> {
  const { folder, cells, cluster, undo, signal } = ground;
  const { causes, dead } = await prepare(ground);
  const agent = await startAgent({
    ...{ folder, cells, isGuarded: true, apiServer: cluster.address },
    rulesFile: join(folder, 'rules.yaml'),
  });
  undo.add(() => agent.stop());
  const counters = new Counters();
  const clients = [
    new Admitted(agent.door, true, (page) => counters.take(page)),
    new Admitted(agent.door, false),
  ] as const;
  await clients[0].scrape();
  const prometheus = await startScraping(folder, agent, PROMETHEUS_EVERY_S);
  undo.add(() => prometheus.stop());
  if (typeof dead !== 'string') dead.die();
  const floods = options.floods.map((name) => startFlood(name, options.scale, folder, cells, cluster));
  for (const flood of floods) undo.add(() => flood.stop());
  const target = { host: '127.0.0.1', port: agent.port, isTls: true, rights: agent.viewer };
  const hostile = startHostile(
    { target, kinds: options.kinds, connections: options.connections },
    cells.make('hostile', 'besteffort', HOSTILE_SHARES),
  );
  undo.add(() => hostile.stop());
  const memory: Sample[] = [];
  const sampling = sampleMemory(agent, memory);
  undo.add(() => clearInterval(sampling));
  const began = performance.now();
  for (const client of clients) {
    client.start(SCRAPE_EVERY_MS);
    undo.add(() => client.stop());
  }
  const telling = setInterval(() => tell(progress(began, agent, clients[0], causes)), 30_000);
  undo.add(() => clearInterval(telling));
  await Promise.all([
    causeMarks(causes, options, signal),
    sleep(options.seconds * 1_000, undefined, { signal }),
  ]);
  // Still under siege: what happened last is to be seen in time too.
  await Promise.all(clients.map((client) => client.stop()));
  await lastLook(clients[0], counters, causes.happened);
  const { accounts, problems } = judge(causes.happened, counters.all);
  const ofPrometheus = await scrapesOf(prometheus, (performance.now() - began) / 1_000);
  const cpu = agent.isRunning() ? agent.cpu() : { used: Number.NaN, waited: Number.NaN };
  if (!agent.isRunning()) problems.push(`the exporter ended: ${agent.log().slice(-500)}`);
  if (causes.happened.length !== options.marks)
    problems.push(`${causes.happened.length} of ${options.marks} marks could be made`);
  return {
    clients: [...clients, { name: 'Prometheus', scrapes: ofPrometheus }],
    ...{ memory, cgroup: agent.memory(), cpu, accounts, floods, hostile: hostile.tallies() },
    ownCounters: counters.own,
    failing: counters.failing,
    problems: [...problems, ...counters.fell, ...bugs(agent.log())],
    dead:
      typeof dead === 'string'
        ? `could not be had: ${dead}`
        : 'stopped, with a process and two watched files on it',
  };
}

function progress(began: number, agent: Agent, { scrapes }: Admitted, { happened }: Causes): string {
  const minute = ((performance.now() - began) / 60_000).toFixed(1);
  const last = scrapes.at(-1);
  const resident = agent.isRunning() ? `${residentMebibytes(agent.pid).toFixed(1)} MiB` : 'ended';
  return `minute ${minute}: ${resident}, ${happened.length} marks made, last scrape ${last?.ms.toFixed(0)} ms ${last?.failure ?? ''}`;
}

const bugs = (log: string) => log.split('\n').filter((line) => /Bug in/.test(line));

export const FLOOD_NAMES = Object.keys(FLOODS) as FloodName[];
