/** Each kind of hostile clients alone: how long admitted scrapes take beside it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMebibytes } from '../bench/usage.ts';
import { Admitted } from './admitted.ts';
import { type Agent, startAgent } from './agent.ts';
import { type Cell, HOSTILE_SHARES } from './cells.ts';
import { latencies } from './figures.ts';
import type { Ground } from './ground.ts';
import { startHostile } from './hostile/clients.ts';
import type { HostileKind } from './hostile/kinds.ts';
import { rulesFile } from './marks/rules.ts';
import { scrapesOf, startScraping } from './prometheus.ts';
import { tallyText } from './report.ts';

const SCRAPE_EVERY_MS = 1_000;
/** As often as Prometheus can and still have its ten seconds. */
const PROMETHEUS_EVERY_S = 10;

export interface RoundOptions {
  readonly seconds: number;
  readonly connections: number;
  readonly kinds: readonly HostileKind[];
}

export interface Round {
  readonly row: Readonly<Record<string, string | number>>;
  readonly problems: readonly string[];
}

/** Passwords and handshakes are asked of those only who are to have some. */
const GUARDED_ONLY: readonly HostileKind[] = ['wrong passwords'];

async function round(
  agent: Agent,
  kind: HostileKind | undefined,
  { seconds, connections }: RoundOptions,
  folder: string,
  cell: Cell,
  signal: AbortSignal,
): Promise<Round> {
  const { door, port, viewer } = agent;
  const target = { host: '127.0.0.1', port, isTls: door.ca !== undefined, rights: viewer };
  const admitted = [new Admitted(door, true), new Admitted(door, false)];
  const prometheus = await startScraping(folder, agent, PROMETHEUS_EVERY_S);
  const hostile = kind === undefined ? undefined : startHostile({ target, kinds: [kind], connections }, cell);
  try {
    for (const client of admitted) client.start(SCRAPE_EVERY_MS);
    await sleep(seconds * 1_000, undefined, { signal });
    await Promise.all(admitted.map((client) => client.stop()));
    const scrapes = [
      ...admitted.flatMap((client) => client.scrapes),
      ...(await scrapesOf(prometheus, seconds)),
    ];
    agent.assertRunning();
    const failures = scrapes.flatMap(({ failure }) => failure ?? []);
    const name = `${door.ca === undefined ? 'open' : 'guarded'}, ${kind ?? 'nobody'}`;
    return {
      row: {
        exporter: door.ca === undefined ? 'open' : 'guarded',
        beside: kind ?? 'nobody',
        ...latencies(scrapes),
        'resident MiB': residentMebibytes(agent.pid),
        'what they did': kind === undefined ? '' : tallyText(hostile?.tallies()[kind]),
      },
      problems:
        failures.length === 0
          ? []
          : [`${name}: ${failures.length} scrapes failed: ${[...new Set(failures)].join('; ')}`],
    };
  } finally {
    await hostile?.stop();
    await prometheus.stop();
  }
}

/** Beside nobody, then beside each kind, with an exporter as the base has it, then with TLS and passwords. */
export async function rounds(
  ground: Ground,
  options: RoundOptions,
  tell: (line: string) => void,
): Promise<Round[]> {
  const { folder, cells, cluster, signal } = ground;
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, rulesFile(folder, []));
  const found: Round[] = [];
  const attackers = cells.make('hostile', 'besteffort', HOSTILE_SHARES);
  for (const isGuarded of [false, true]) {
    const agent = await startAgent({
      folder,
      cells,
      isGuarded,
      apiServer: cluster.address,
      rulesFile: rules,
    });
    ground.undo.add(() => agent.stop());
    const kinds = options.kinds.filter((kind) => isGuarded || !GUARDED_ONLY.includes(kind));
    for (const kind of [undefined, ...kinds]) {
      const one = await round(agent, kind, options, join(folder, `round-${found.length}`), attackers, signal);
      tell(Object.values(one.row).map(String).join('  '));
      found.push(one);
    }
    await agent.stop();
    await cells.remove(agent.cell);
  }
  return found;
}
