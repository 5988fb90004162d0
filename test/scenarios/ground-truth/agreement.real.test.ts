import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { parseEpisodes } from '../../../dataset/episodes/episodes.ts';
import { startPrometheus } from '../../../tools/programs/prometheus.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { builder } from '../../builder/support/cli.ts';
import { duckdb, manifestOf, tableExpression } from '../../builder/support/dataset.ts';
import { startExporter } from '../../support/exporter.ts';
import { temporaryPaths } from '../../support/temporary.ts';
import { scenarios, startService } from '../support/service.ts';

/** The step, and the delay that the datasets are told. */
const CLOSED_AFTER_MS = 2_000;
const END_METRIC = 'kubevigil_scenario_end_timestamp_seconds';

/** How many episodes Prometheus has seen end. */
async function endsSeen(prometheus: string): Promise<number> {
  const response = await fetch(`${prometheus}/api/v1/query?query=${END_METRIC}`);
  const { data } = (await response.json()) as { data: { result: unknown[] } };
  return data.result.length;
}

describe('ground truth from the metric and from episodes.csv', () => {
  const path = temporaryPaths();

  it('gives the same labels, to the step', async () => {
    const exporter = await startExporter(['--node-name=here']);
    const service = await startService(path(), ['--node-name=here']);
    const scrape = (job: string, address: string, more: object = {}) => ({
      job_name: job,
      honor_labels: true,
      static_configs: [{ targets: [address], ...more }],
    });
    const prometheus = await startPrometheus(path('prometheus'), {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [
        scrape('kubevigil', exporter.address, { labels: { node: 'here' } }),
        scrape('kubevigil-scenarios', service.url.replace('http://', '')),
      ],
    });
    try {
      const file = path('campaign.csv');
      const plan = {
        step: '1s',
        normal: ['2s', '3s'],
        recovery: '2s',
        scenarios: [
          { name: 'cpu_burn', repetitions: 2, duration: ['1s', '3s'], intensity: [0.1, 0.3] },
          { name: 'disk_thrash', repetitions: 2, duration: ['1s', '3s'], intensity: 0.1 },
        ],
        targets: [{ url: service.url }],
      };
      writeFileSync(path('plan.yaml'), JSON.stringify(plan));
      const startMs = Date.now();
      const ran = await scenarios([
        'run',
        path('plan.yaml'),
        `--episodes=${file}`,
        `--prometheus=${prometheus.url}`,
      ]);
      expect(ran.code, ran.stderr).to.equal(0);
      const episodes = parseEpisodes(readFileSync(file, 'utf8'), 'campaign.csv');
      expect(episodes).to.have.length(4);
      const ends = () => endsSeen(prometheus.url);
      await waitFor('the last end', async () => (await ends()) === 4);
      const range = [startMs, Date.now()].map((ms) => new Date(ms).toISOString());
      // Until the last step is closed, so that both datasets end with it.
      await sleep(CLOSED_AFTER_MS);
      const build = async (name: string, labels: object) => {
        const config = { step: '1s', delay: '1s', output: path(name), format: 'csv', labels: [labels] };
        writeFileSync(path(`${name}.yaml`), JSON.stringify(config));
        const built = await builder([
          ...['build', '--config', path(`${name}.yaml`), '--prometheus', prometheus.url],
          ...['--start', range[0] ?? '', '--end', range[1] ?? ''],
        ]);
        expect(built.code, built.stderr).to.equal(0);
        return manifestOf(path(name));
      };
      const fromFile = await build('file', { episodes: file });
      const fromMetric = await build('metric', { metric: {} });
      expect(fromMetric.warnings).to.deep.equal(fromFile.warnings);
      expect(fromMetric.rowsDigest).to.equal(fromFile.rowsDigest);
      const rows = await duckdb(
        `SELECT epoch_ms(timestamp) AS t, label, episode, run, role FROM ${tableExpression(path('metric'), 'csv')} ORDER BY t`,
      );
      expect(rows.length).to.be.above(15);
      for (const { t, label, episode, run, role } of rows) {
        const at = Number(t);
        const during = episodes.find(({ startMs: start, endMs }) => start <= at && endMs > at - 1_000);
        expect(label, String(at)).to.equal(during?.scenario ?? 'normal');
        expect(episode).to.equal(during?.episode ?? null);
        expect(run).to.equal(during?.run ?? null);
        expect(role).to.equal(during?.role ?? null);
      }
    } finally {
      await Promise.all([service.end(), exporter.stop(), prometheus.stop()]);
    }
  });
});
