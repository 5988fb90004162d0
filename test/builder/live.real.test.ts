import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { startPrometheus } from '../../tools/programs/prometheus.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';
import { serverThat } from './support/server.ts';

/** Of samples, one a second: so many of the last seconds, on a machine that may have stood still before them. */
const CALM = 4;

describe('builder build from a Prometheus that scrapes', () => {
  const newFolder = temporaryFolder();

  it('needs no configuration: the scrape interval and timeout are the targets', async () => {
    const folder = newFolder();
    let scrapes = 0;
    let hasDisk = false;
    const exporter = await serverThat((_, response) => {
      scrapes++;
      const disk = hasDisk
        ? `kubevigil_disk_bytes_total{device="sda",direction="write"} ${1000 * scrapes}\n`
        : '';
      const text = `kubevigil_forks_total ${10 * scrapes}\nkubevigil_memory_bytes{state="used"} 1\nkubevigil_memory_bytes{state="available"} 3\n${disk}`;
      response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' }).end(text);
    });
    const target = {
      targets: [exporter.url.replace('http://', '')],
      labels: { node: 'here', cluster: 'lab' },
    };
    const prometheus = await startPrometheus(join(folder, 'prometheus'), {
      global: { scrape_interval: '1s', scrape_timeout: '500ms' },
      scrape_configs: [{ job_name: 'kubevigil', static_configs: [target] }],
    });
    const stored = (metric: string) =>
      waitFor(`samples of ${metric}`, async (signal) => {
        const query = encodeURIComponent(`count_over_time(${metric}[${CALM + 1}s]) >= ${CALM}`);
        const answer = await fetch(`${prometheus.url}/api/v1/query?query=${query}`, { signal });
        return (await answer.text()).includes('"value"');
      });
    try {
      await stored('kubevigil_forks_total');
      hasDisk = true;
      await stored('kubevigil_disk_bytes_total');
      // The delay after which a step is closed.
      await sleep(1_500);
      const range = ['--last', '1h', '--step', '1s', '--end', 'now'];
      const ended = await builder(['build', '--prometheus', prometheus.url, ...range], { cwd: folder });
      expect(ended).to.include({ code: 0, stderr: '' });
      const manifest = manifestOf(join(folder, 'dataset'));
      expect(manifest).to.include({ scrapeInterval: '1s', delay: '500ms', step: '1s' });
      expect(manifest.entities).to.deep.equal([{ cluster: 'lab', node: 'here' }]);
      const rows = await duckdb(
        `SELECT * FROM ${tableExpression(join(folder, 'dataset'), 'parquet')} ORDER BY timestamp`,
      );
      expect(rows.length).to.be.at.least(CALM);
      expect(rows.every((row) => row['memory_used_ratio'] === 0.25)).to.equal(true);
      // The disk appeared later.
      const writes = rows.map((row) => row['disk_write_bytes_per_second']);
      expect(writes.slice(0, 2)).to.deep.equal([null, null]);
      expect(writes.find((value) => value !== null)).to.be.greaterThan(0);
    } finally {
      await prometheus.stop();
      await exporter.close();
    }
  });
});
