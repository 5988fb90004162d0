import { join } from 'node:path';
import { expect } from 'chai';
import { configSchema } from '../../../builder/config/schema.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { startPrometheus } from '../../support/programs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { serverThat } from '../support/server.ts';
import { readNdjson } from './support/reader.ts';
import { startStream } from './support/streams.ts';

/** Half of the starts died, when the clock's half milliseconds reached Prometheus: so many do not all have luck. */
const STARTS = 10;

describe('builder stream with labels of a metric, by the clock of Prometheus', () => {
  const newFolder = temporaryFolder();
  const stops: (() => unknown)[] = [];
  let prometheus: RunningPrometheus;

  before(async () => {
    const startedSeconds = Date.now() / 1_000 - 60;
    const episode = 'episode="e",scenario="cpu_burn",node="n",role="victim"';
    const target = await serverThat((_, response) => {
      response.setHeader('Content-Type', 'text/plain; version=0.0.4');
      response.end(
        `# TYPE kubevigil_forks_total counter\nkubevigil_forks_total 1\nkubevigil_scenario_start_timestamp_seconds{${episode}} ${startedSeconds}\n`,
      );
    });
    stops.push(() => target.close());
    const labels = { node: 'n' };
    prometheus = await startPrometheus(join(newFolder(), 'prometheus'), {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [
        {
          job_name: 'k',
          honor_labels: true,
          static_configs: [{ targets: [new URL(target.url).host], labels }],
        },
      ],
    });
    stops.push(() => prometheus.stop());
    const query = `${prometheus.url}/api/v1/query?query=kubevigil_forks_total`;
    await waitFor('the first sample', async (signal) =>
      (await (await fetch(query, { signal })).text()).includes('"value"'),
    );
  });

  after(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  for (const reading of ['remote-read', 'query'] as const) {
    it(`labels the rows each time it is started, reading by ${reading}`, async () => {
      const config = configSchema.parse({
        ...{ prometheus: { url: prometheus.url }, reading, step: '1s', columns: ['forks_per_second'] },
        labels: [{ metric: {} }],
      });
      for (let start = 0; start < STARTS; start++) {
        const running = await startStream(config, Date.now() - 2_000);
        try {
          const records = await readNdjson(`${running.url}/stream?from=2s`, {
            until: ({ type }) => type === 'row',
          });
          const row = records.find(({ type }) => type === 'row')?.['row'];
          expect(row, running.log()).to.include({ label: 'cpu_burn', role: 'victim' });
          expect(running.log()).not.to.contain('labels stay as they are');
        } finally {
          await running.stop();
        }
      }
    });
  }
});
