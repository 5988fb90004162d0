import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from './support/fleet.ts';
import { prometheusWith, type StoredSeries } from './support/tsdb.ts';

const MINUTE_MS = 60_000;
/** Minutes in which each replica was away; in the last ones both were. */
const AWAY = { a: [10, 22, 100, 104], b: [35, 50, 102, 110] } as const;
/** Seconds that a replica scrapes after the other. */
const LATE_MS = { a: 0, b: 3_000 } as const;

/** What one of two Prometheus stored of the same targets: at other moments, and not all of it. */
function replica(name: 'a' | 'b', seed: number): StoredSeries[] {
  const [from1, to1, from2, to2] = AWAY[name];
  const isThere = (ms: number) => {
    const minute = (ms - FLEET_START_MS) / MINUTE_MS;
    return !(minute >= from1 && minute < to1) && !(minute >= from2 && minute < to2);
  };
  return fleet(seed).map(({ labels, samples }) => ({
    labels: { ...labels, prometheus_replica: name },
    samples: samples.map(([ms, value]) => [ms + LATE_MS[name], value] as const).filter(([ms]) => isThere(ms)),
  }));
}

describe('builder with two replicas of Prometheus', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;

  before(async () => {
    folder = newFolder();
    // Of different seeds: a counter that mixed the two would jump.
    prometheus = await prometheusWith(join(folder, 'prometheus'), [...replica('a', 51), ...replica('b', 52)]);
  });

  after(() => prometheus?.stop());

  async function build(name: string, config: object) {
    const output = join(folder, name);
    mkdirSync(output);
    const range = { start: FLEET_START_MS / 1000, end: FLEET_END_MS / 1000, scrapeInterval: '15s' };
    writeFileSync(`${output}.yaml`, JSON.stringify({ ...range, ...config }));
    const args = ['--config', `${output}.yaml`, '--prometheus', prometheus.url, '--output', output];
    return { ...(await builder(['build', ...args])), output };
  }

  const only = (name: string) => ({ selector: `prometheus_replica="${name}"` });

  for (const reading of ['remote-read', 'query']) {
    it(`has every value of one of them, by ${reading}`, async () => {
      const built = await Promise.all([
        build(`a by ${reading}`, { reading, ...only('a') }),
        build(`b by ${reading}`, { reading, ...only('b') }),
        build(`both by ${reading}`, { reading, replicaLabel: 'prometheus_replica' }),
      ]);
      for (const { code, stderr } of built) expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      const [a, b, both] = built.map(({ output }) => tableExpression(output, 'parquet'));
      const { columns } = manifestOf(join(folder, `both by ${reading}`));
      const features = columns.filter(({ metric }) => metric !== undefined).map(({ name }) => name);
      const different = features.map(
        (name) => `count(*) FILTER (pair.${name} IS DISTINCT FROM coalesce(a.${name}, b.${name})) AS ${name}`,
      );
      const joined = `${both} pair
        FULL JOIN ${a} a USING (node, timestamp)
        FULL JOIN ${b} b USING (node, timestamp)`;
      const [counts] = await duckdb(`SELECT ${different.join(', ')} FROM ${joined}`);
      expect(Object.entries(counts ?? {}).filter(([, count]) => Number(count) > 0)).to.deep.equal([]);
      const used = features[0] ?? '';
      const [sources] = await duckdb(`SELECT count(*) AS rows,
        count(*) FILTER (pair.${used} IS NOT NULL AND a.${used} IS NULL) AS of_b,
        count(*) FILTER (pair.${used} IS NOT NULL AND a.${used} IS NOT NULL) AS of_a,
        count(*) FILTER (a.node IS NULL AND b.node IS NULL) AS of_none FROM ${joined}`);
      expect(Number(sources?.['of_none'])).to.equal(0);
      expect(Number(sources?.['of_b'])).to.be.greaterThan(50);
      expect(Number(sources?.['of_a'])).to.be.greaterThan(500);
    });
  }

  it('is refused in one line without replicaLabel, which it names', async () => {
    const { code, stdout, stderr } = await build('unsaid', {});
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.match(
      /^kubevigil-builder: node node-. has kubevigil_\w+ twice at [^\n]*by prometheus_replica="a" and prometheus_replica="b"[^\n]* set replicaLabel: prometheus_replica in the config[^\n]*\n$/,
    );
  });
});
