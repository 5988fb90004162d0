import { join } from 'node:path';
import { expect } from 'chai';
import { METRICS } from '../../exporter/catalogue/index.ts';
import type { RunningPrometheus } from '../../tools/programs/prometheus.ts';
import { cost, type Export, queryPlan, shardsFor, storage } from '../../tools/simulate-scale/model.ts';
import { exposedSeries, type NodeShape, readSeries, seriesOf } from '../../tools/simulate-scale/series.ts';
import { proxyTo } from '../builder/prometheus/support/proxy.ts';
import { builder } from '../builder/support/cli.ts';
import { manifestOf } from '../builder/support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from '../builder/support/fleet.ts';
import { prometheusWith } from '../builder/support/tsdb.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** As on the machine of `npm run bench:exporter`: 250 containers in the host's network namespace, and no API server. */
const BENCH: NodeShape = {
  ...{ pods: 0, containers: 250, sandboxes: 0, named: false, disks: 1, uplinks: 1, mounts: 1 },
  // As many as there were when that was counted.
  rules: { exec: 5, connection: 4, pod: 5, file: 6, log: 3 },
};
/** 5,248 were counted on its page, and the pages of the same bench have 252 more since containers tell when they began. */
const BENCH_SERIES = 5_500;
/** It had no tracefs. */
const NEED_TRACEFS = ['kubevigil_container_oom_kills_total', 'kubevigil_outbound_destinations_total'];

/** As test/builder/support/fleet.ts makes it. */
const FLEET: NodeShape = {
  ...{ pods: 0, containers: 0, sandboxes: 0, named: true, disks: 2, uplinks: 2, mounts: 1 },
  rules: { exec: 1, connection: 1, pod: 1, file: 1, log: 1 },
};
const NODES = 2;

const WANTED: Export = {
  ...{ nodes: 5_000, days: 30, intervalSeconds: 15, stepSeconds: 15, shards: 4, parallel: 4, source: 'raw' },
};

describe('the simulation of an export at scale', () => {
  const newFolder = temporaryFolder();

  it('knows how many series an exporter has', () => {
    const missing = METRICS.filter(({ name }) => NEED_TRACEFS.includes(name)).map((metric) =>
      seriesOf(metric, BENCH),
    );
    const series = missing.reduce((rest, count) => rest - count, exposedSeries(BENCH));
    expect(series).to.be.closeTo(BENCH_SERIES, BENCH_SERIES * 0.02);
  });

  describe('beside a real build', () => {
    let prometheus: RunningPrometheus;
    before(async () => {
      prometheus = await prometheusWith(join(newFolder(), 'prometheus'), fleet(31));
    });
    after(() => prometheus?.stop());

    it('knows its requests, its series and its rows', async () => {
      let readings = 0;
      const proxy = await proxyTo(prometheus.url, (path) => {
        if (path === '/api/v1/read') readings += 1;
        return undefined;
      });
      try {
        const output = join(newFolder(), 'dataset');
        const range = [FLEET_START_MS, FLEET_END_MS].map((ms) => String(ms / 1000));
        const config = join(ROOT, 'tools', 'simulate-scale', 'build.yaml');
        const args = ['--config', config, '--prometheus', proxy.url, '--output', output];
        const times = ['--start', range[0] ?? '', '--end', range[1] ?? ''];
        expect(await builder(['build', ...args, ...times])).to.include({ code: 0 });
        // Two hours across midnight are two days' partitions.
        const days = 2;
        const plan = queryPlan(FLEET, { ...WANTED, nodes: NODES, days, shards: 1 });
        // One more finds out whether the server has remote read.
        expect(readings).to.equal(plan.readings + 1);
        const { rows, columns } = manifestOf(output);
        expect(columns.filter(({ source }) => source !== undefined)).to.have.length(plan.columns);
        const hours = (FLEET_END_MS - FLEET_START_MS) / 3_600_000;
        const asked = (plan.rows / days / 24) * hours;
        expect(rows).to.be.within(asked * 0.8, asked);
      } finally {
        await proxy.close();
      }
    });

    it('knows the series of each metric that is read', async () => {
      for (const [name, series] of readSeries(FLEET)) {
        const { attribution, labels } = METRICS.find((metric) => metric.name === name) ?? { labels: {} };
        // The synthetic fleet has the host's share alone, and every value of every label.
        if (attribution !== undefined || Object.keys(labels).length === 0) continue;
        const answer = await fetch(`${prometheus.url}/api/v1/query`, {
          method: 'POST',
          body: new URLSearchParams({
            query: `count(present_over_time(${name}[2h]))`,
            time: String(FLEET_END_MS / 1000),
          }),
        });
        const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
        expect(Number(data.result[0]?.value[1]), name).to.be.at.least(series * NODES);
      }
    });
  });

  it('more nodes are more of everything, more shards less for each', () => {
    const of = (wanted: Export) => cost(queryPlan(BENCH, wanted), wanted);
    const [one, two] = [of(WANTED), of({ ...WANTED, nodes: 10_000 })];
    expect(two.datasetBytes).to.equal(2 * one.datasetBytes);
    expect(of({ ...WANTED, shards: 8 }).bytesPerShard).to.be.lessThan(one.bytesPerShard);
    expect(storage(BENCH, WANTED).series).to.equal(5_000 * exposedSeries(BENCH));
  });

  it('finds the fewest shards that fit, and says when none do', () => {
    const bytes = 2 ** 32;
    const shards = shardsFor(BENCH, WANTED, bytes) ?? 0;
    const of = (count: number) => {
      const wanted = { ...WANTED, shards: count };
      return cost(queryPlan(BENCH, wanted), wanted).bytesPerShard;
    };
    expect(of(shards)).to.be.at.most(bytes);
    expect(of(shards - 1)).to.be.greaterThan(bytes);
    expect(shardsFor(BENCH, WANTED, 2 ** 20)).to.equal(undefined);
  });
});
