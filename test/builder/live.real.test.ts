import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { startPrometheus } from '../../tools/programs/prometheus.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, manifestOf, tableExpression } from './support/dataset.ts';
import { serverThat } from './support/server.ts';

const SCRAPES = 6;

describe('builder build from a Prometheus that scrapes', () => {
  const newFolder = temporaryFolder();

  it('needs no configuration: the scrape interval and timeout are the targets', async () => {
    const folder = newFolder();
    let scrapes = 0;
    const exporter = await serverThat((_, response) => {
      scrapes++;
      const disk =
        scrapes < 4
          ? ''
          : `kubevigil_disk_bytes_total{device="sda",direction="write"} ${1000 * (scrapes - 3)}\n`;
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
    try {
      await waitFor('some scrapes', () => scrapes >= SCRAPES);
      // The delay after which a step is closed.
      await sleep(1_500);
      const range = ['--last', '1m', '--step', '1s', '--end', 'now'];
      const ended = await builder(['build', '--prometheus', prometheus.url, ...range], { cwd: folder });
      expect(ended).to.include({ code: 0, stderr: '' });
      const manifest = manifestOf(join(folder, 'dataset'));
      expect(manifest).to.include({ scrapeInterval: '1s', delay: '500ms', step: '1s' });
      expect(manifest.entities).to.deep.equal([{ cluster: 'lab', node: 'here' }]);
      const rows = await duckdb(
        `SELECT * FROM ${tableExpression(join(folder, 'dataset'), 'parquet')} ORDER BY timestamp`,
      );
      expect(rows.length).to.be.at.least(SCRAPES - 2);
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
