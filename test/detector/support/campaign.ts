/** A campaign on nodes that nobody has: what a real Prometheus would have scraped of them, and its ground truth. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { randomFrom } from '../../../common/random.ts';
import { builder } from '../../builder/support/cli.ts';
import { prometheusWith, type StoredSeries } from '../../builder/support/tsdb.ts';

const STEP_MS = 15_000;
const START_MS = Date.UTC(2026, 2, 28, 0);
const HOURS = 4;
const END_MS = START_MS + HOURS * 3_600_000;
const EPISODE_MS = 180_000;

interface Episode {
  readonly name: string;
  readonly scenario: string;
  readonly node: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly role: string;
}

const ATTACKS = ['cpu_burn', 'fork_burst', 'implant'] as const;

/** In turn on each node, ten minutes apart, shifted from node to node; the last node is never attacked. */
function episodesOf(nodes: readonly string[]): Episode[] {
  const kinds = [...ATTACKS, 'load_spike'];
  return nodes.slice(0, -1).flatMap((node, n) =>
    Array.from({ length: 6 * HOURS - 3 }, (_, i) => {
      const startMs = START_MS + (i + 2) * 600_000 + n * 60_000;
      const scenario = kinds[(i + n) % kinds.length] as string;
      const role = scenario === 'load_spike' ? 'benign' : 'target';
      return { name: `${node}-${i}`, scenario, node, startMs, endMs: startMs + EPISODE_MS, role };
    }),
  );
}

/** What a node does in the step before a moment, per second. */
function pace(scenario: string | undefined, random: () => number) {
  const around = (value: number) => value * (0.8 + 0.4 * random());
  return {
    user: scenario === 'cpu_burn' ? 3.4 : scenario === 'load_spike' ? around(1.2) : around(0.4),
    forks: scenario === 'fork_burst' ? around(300) : scenario === 'load_spike' ? around(12) : around(4),
    execs: scenario === 'implant' ? 0.2 : 0,
    used: around(scenario === 'fork_burst' ? 6e9 : 4e9),
  };
}

/** The series of a node with four CPUs. */
function seriesOf(node: string, episodes: readonly Episode[], seed: number): StoredSeries[] {
  const random = randomFrom(seed);
  const size = 0.5 + random();
  const totals = { user: 1e5 * random(), idle: 1e6, forks: 1e6 * random(), execs: 0 };
  const samples: Record<string, [number, number][]> = {
    user: [],
    idle: [],
    forks: [],
    execs: [],
    used: [],
    available: [],
    up: [],
  };
  for (let ms = START_MS - 300_000; ms <= END_MS; ms += STEP_MS) {
    const at = ms + 2_000;
    const own = episodes.find((one) => one.node === node && one.startMs <= at && at < one.endMs);
    const { user, forks, execs, used } = pace(own?.scenario, random);
    const seconds = STEP_MS / 1000;
    const busy = Math.min(4, user * (own === undefined ? size : 1));
    totals.user += busy * seconds;
    totals.idle += (4 - busy) * seconds;
    totals.forks += Math.round(forks * size * seconds);
    totals.execs += Math.round(execs * seconds);
    for (const [name, total] of Object.entries(totals)) samples[name]?.push([at, total]);
    samples['used']?.push([at, used]);
    samples['available']?.push([at, 16e9 - used]);
    samples['up']?.push([at, 1]);
  }
  const target = { node, job: 'kubevigil', instance: `${node}:24924` };
  const series = (name: string, labels: Record<string, string>, from: string): StoredSeries => ({
    labels: { __name__: name, ...labels, ...target },
    samples: samples[from] ?? [],
  });
  return [
    series('kubevigil_cpu_seconds_total', { mode: 'user' }, 'user'),
    series('kubevigil_cpu_seconds_total', { mode: 'idle' }, 'idle'),
    series('kubevigil_forks_total', {}, 'forks'),
    series('kubevigil_suspicious_execs_total', { rule: 'exec_from_temp' }, 'execs'),
    series('kubevigil_memory_bytes', { state: 'used' }, 'used'),
    series('kubevigil_memory_bytes', { state: 'available' }, 'available'),
    series('up', {}, 'up'),
  ];
}

const iso = (ms: number) => new Date(ms).toISOString();
const COLUMNS = [
  'cpu_busy_ratio',
  'cpu_steal_ratio',
  'forks_per_second',
  'suspicious_execs_per_second',
  'memory_used_ratio',
];

/** Builds a dataset of four nodes by a real Prometheus and the builder; gives its folder. */
export async function campaignDataset(folder: string, config: object = {}): Promise<string> {
  const nodes = ['node-a', 'node-b', 'node-c', 'node-d'];
  const episodes = episodesOf(nodes);
  const lines = episodes.map(({ name, scenario, startMs, endMs, node, role }) =>
    [name, scenario, iso(startMs), iso(endMs), node, role].join(),
  );
  writeFileSync(join(folder, 'episodes.csv'), `episode,scenario,start,end,node,role\n${lines.join('\n')}\n`);
  const stored = nodes.flatMap((node, i) => seriesOf(node, episodes, i + 1));
  const prometheus = await prometheusWith(join(folder, 'prometheus'), stored);
  try {
    const file = join(folder, 'dataset.yaml');
    const fixed = {
      prometheus: { url: prometheus.url },
      scrapeInterval: '15s',
      columns: COLUMNS,
      labels: [{ episodes: 'episodes.csv' }],
    };
    writeFileSync(
      file,
      JSON.stringify({ ...fixed, split: { by: 'time', fractions: [0.5, 0.3, 0.2] }, ...config }),
    );
    const output = join(folder, 'dataset');
    const range = ['--start', iso(START_MS), '--end', iso(END_MS)];
    const { code, stderr } = await builder(['build', '--config', file, ...range, '--output', output]);
    expect(code, stderr).to.equal(0);
    return output;
  } finally {
    await prometheus.stop();
  }
}
