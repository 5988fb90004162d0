import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, tableExpression } from './support/dataset.ts';
import { randomFrom } from './support/random.ts';
import {
  BEGIN_MS,
  END_MS,
  SCRAPE_MS,
  type SimulatedNode,
  type Source,
  simulateNode,
} from './support/simulated-node.ts';
import { prometheusWith } from './support/tsdb.ts';

/** So many by default; KUBEVIGIL_FLEETS=2000 for many, KUBEVIGIL_FLEET_SEED=n for others. */
const FLEETS = Number(process.env['KUBEVIGIL_FLEETS'] ?? 40);
const FIRST_SEED = Number(process.env['KUBEVIGIL_FLEET_SEED'] ?? 20_261_127);
const FRESHNESS_MS = 1.5 * SCRAPE_MS;
/** How many fleets lie in one Prometheus. */
const AT_ONCE = 250;

const COLUMNS = {
  node: ['cpu_busy_ratio', 'network_receive_bytes_per_second', 'tcp_resets_sent_per_second'],
  pod: ['container_cpu_cores', 'container_disk_write_bytes_per_second'],
} as const;
/** Microseconds in the truth, seconds in the column. */
const PER_UNIT: Readonly<Record<string, number>> = { container_cpu_cores: 1e6 };

type Entity = keyof typeof COLUMNS;
type Row = Readonly<Record<string, unknown>>;

/** One or two clusters whose nodes have the same names. */
function fleet(seed: number, plain = false): SimulatedNode[] {
  const random = randomFrom(seed);
  const clusters = random() < 0.5 ? ['prod', 'lab'] : ['prod'];
  return clusters.map((cluster) => simulateNode(random, cluster, `node-${seed}`, plain));
}

/** The most per second that a source did between any two scrapes that a row at t may be made of. */
function most(source: Source, { scrapes }: SimulatedNode, t: number, windowMs: number): number {
  let found = 0;
  for (const times of scrapes.values()) {
    for (const b of times) {
      if (b > t || b <= t - FRESHNESS_MS) continue;
      for (const a of times) {
        if (a > b - 0.9 * windowMs || a <= t - windowMs - FRESHNESS_MS) continue;
        found = Math.max(found, (1000 * source.done(a, b)) / (b - a));
      }
    }
  }
  return found;
}

/** What of a row is more than was done, negative, or another share than the CPUs had. */
function faults(row: Row, node: SimulatedNode, entity: Entity, windowMs: number): string[] {
  const t = (row['timestamp'] as Date).getTime();
  return COLUMNS[entity].flatMap((column) => {
    const value = row[column] as number | null;
    if (value === null) return [];
    const where = `${node.cluster}/${node.node} ${row['pod'] ?? ''} ${new Date(t).toISOString()} ${column}: ${value}`;
    if (column === 'cpu_busy_ratio')
      return Math.abs(value - node.busy) > 1e-6 ? [`${where}, not ${node.busy}`] : [];
    const sources = node.sources(column, row['pod'] as string | undefined);
    const bound =
      sources.reduce((sum, source) => sum + most(source, node, t, windowMs), 0) / (PER_UNIT[column] ?? 1);
    return value < 0 || value > bound * (1 + 1e-9) + 1e-9 ? [`${where}, at most ${bound}`] : [];
  });
}

describe('builder, random fleets through the exporter’s accumulators and a real Prometheus', function () {
  this.timeout(600_000 + FLEETS * 2_000);
  const newFolder = temporaryFolder();

  async function build(
    url: string,
    folder: string,
    name: string,
    entity: Entity,
    windowMs: number,
    endMs = END_MS,
  ) {
    const config = {
      scrapeInterval: '15s',
      window: `${windowMs / 1000}s`,
      entity,
      columns: COLUMNS[entity].map((column) => ({ name: column })),
      replicaLabel: 'prometheus_replica',
      split: { by: 'node' },
    };
    const output = join(folder, name);
    writeFileSync(`${output}.yaml`, JSON.stringify(config));
    const range = ['--start', String(BEGIN_MS / 1000), '--end', String(endMs / 1000)];
    const args = ['--config', `${output}.yaml`, '--prometheus', url, '--output', output, ...range];
    const { code, stderr } = await builder(['build', ...args]);
    expect({ code, stderr: code === 0 ? '' : stderr }).to.deep.equal({ code: 0, stderr: '' });
    return output;
  }

  const select = (output: string, entity: Entity) =>
    `SELECT timestamp, cluster, node, ${entity === 'pod' ? 'pod, ' : ''}${COLUMNS[entity].join(', ')} FROM ${tableExpression(output, 'parquet')}`;

  /** Builds datasets of the nodes, and returns what is wrong in them, and how many values there are. */
  async function check(nodes: readonly SimulatedNode[], causal: boolean) {
    const folder = newFolder();
    const stored = nodes.flatMap(({ series }) => series);
    const prometheus = await prometheusWith(join(folder, 'prometheus'), stored);
    const byName = new Map(nodes.map((node) => [`${node.cluster} ${node.node}`, node]));
    const wrong: string[] = [];
    let [values, cells] = [0, 0];
    try {
      for (const [entity, windowMs] of [
        ['node', SCRAPE_MS],
        ['pod', SCRAPE_MS],
        ['pod', 4 * SCRAPE_MS],
      ] as const) {
        const output = await build(prometheus.url, folder, `${entity}-${windowMs}`, entity, windowMs);
        for (const row of await duckdb(select(output, entity))) {
          const node = byName.get(`${row['cluster']} ${row['node']}`);
          if (node === undefined) throw new Error(`a row of nobody: ${row['cluster']} ${row['node']}`);
          wrong.push(...faults(row, node, entity, windowMs));
          cells += COLUMNS[entity].length;
          values += COLUMNS[entity].filter((column) => row[column] !== null).length;
        }
        if (!causal) continue;
        // What comes later changes nothing.
        const midMs = BEGIN_MS + 40 * SCRAPE_MS;
        const half = await build(
          prometheus.url,
          folder,
          `half-${entity}-${windowMs}`,
          entity,
          windowMs,
          midMs,
        );
        const early = `SELECT * FROM (${select(output, entity)}) WHERE epoch_ms(timestamp) <= ${midMs}`;
        const other = await duckdb(
          `((${early}) EXCEPT ALL (${select(half, entity)})) UNION ALL ((${select(half, entity)}) EXCEPT ALL (${early}))`,
        );
        wrong.push(
          ...other.map((row) => `depends on later samples: ${row['node']} ${String(row['timestamp'])}`),
        );
      }
    } finally {
      await prometheus.stop();
    }
    return { wrong, values, cells };
  }

  for (let first = 0; first < FLEETS; first += AT_ONCE) {
    const count = Math.min(AT_ONCE, FLEETS - first);
    const seed = FIRST_SEED + first;
    it(`no rate is above what was done, none negative, none of the future: seeds ${seed} to ${seed + count - 1}`, async () => {
      const nodes = Array.from({ length: count }, (_, i) => fleet(seed + i)).flat();
      const { wrong, values, cells } = await check(nodes, true);
      expect(wrong.slice(0, 5), `${wrong.length} in all`).to.deep.equal([]);
      expect(values / cells, 'values that are not null').to.be.above(0.7);
    });
  }

  it('finds what is wrong with plain sums whose beginnings are guessed', async () => {
    const nodes = Array.from({ length: 8 }, (_, i) => fleet(FIRST_SEED + i, true)).flat();
    const { wrong } = await check(nodes, false);
    for (const column of COLUMNS.pod)
      expect(
        wrong.filter((line) => line.includes(column)),
        column,
      ).not.to.be.empty;
  });
});
