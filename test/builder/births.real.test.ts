import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryFolder } from '../support/temporary.ts';
import { builder } from './support/cli.ts';
import { duckdb, tableExpression } from './support/dataset.ts';
import { prometheusWith, type StoredSeries } from './support/tsdb.ts';

const START_MS = Date.UTC(2026, 2, 29, 12);
const SCRAPE_MS = 15_000;
const SCRAPES = 240;
const SWITCHED_ON = 60;
const RECOVERED = 140;
const LOST = 100;
const ADDED = 200;

const series = (
  name: string,
  labels: Record<string, string>,
  value: (scrape: number) => number | undefined,
): StoredSeries => ({
  labels: { __name__: name, node: 'a', job: 'kubevigil', instance: 'a:24924', ...labels },
  samples: Array.from({ length: SCRAPES }, (_, i) => i).flatMap((i) => {
    const at = value(i);
    return at === undefined ? [] : [[START_MS + i * SCRAPE_MS, at] as const];
  }),
});

const disk = (device: string, value: (scrape: number) => number | undefined) =>
  series('kubevigil_disk_bytes_total', { device, direction: 'write' }, value);

describe('builder, counters that appear while their target is up', () => {
  const newFolder = temporaryFolder();

  it('makes no spike of totals since boot when an extractor is switched on or recovers, and counts a new disk', async () => {
    const folder = newFolder();
    const on = (i: number) => i >= SWITCHED_ON && (i < LOST || i >= RECOVERED);
    const prometheus = await prometheusWith(join(folder, 'prometheus'), [
      series('up', {}, () => 1),
      series('kubevigil_forks_total', {}, (i) => i),
      disk('sda', (i) => (on(i) ? 1e12 + 1500 * i : undefined)),
      disk('sdb', (i) => (on(i) ? 4e12 : undefined)),
      disk('sdc', (i) => (i >= ADDED ? 3000 : undefined)),
    ]);
    try {
      for (const reading of ['remote-read', 'query']) {
        const config = join(folder, `${reading}.yaml`);
        writeFileSync(
          config,
          `scrapeInterval: 15s\nreading: ${reading}\ncolumns: [disk_write_bytes_per_second]\n`,
        );
        const output = join(folder, reading);
        const end = START_MS + SCRAPES * SCRAPE_MS;
        const ended = await builder([
          ...['build', '--config', config, '--prometheus', prometheus.url, '--output', output],
          ...['--start', String(START_MS / 1000), '--end', String(end / 1000)],
        ]);
        expect(ended).to.include({ code: 0, stderr: '' });
        const rows = await duckdb(
          `SELECT disk_write_bytes_per_second AS rate FROM ${tableExpression(output, 'parquet')} ORDER BY timestamp`,
        );
        const rates = rows.map(({ rate }) => rate);
        const expected = rows.map((_, row) => {
          // The first row's step ends one scrape after the start.
          const scrape = row + 1;
          // What was measured a scrape ago is fresh for half an interval more.
          if (scrape === LOST) return 100;
          if (!on(scrape) || !on(scrape - 1)) return null;
          return scrape === ADDED ? 300 : 100;
        });
        expect(rates.slice(0, SCRAPES - 1)).to.deep.equal(expected.slice(0, SCRAPES - 1));
      }
    } finally {
      await prometheus.stop();
    }
  });
});
