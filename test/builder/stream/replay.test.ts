import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { loadConfig } from '../../../builder/config.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { manifestOf } from '../support/dataset.ts';
import { AWAY_MS, FLEET_END_MS, FLEET_START_MS, fleet, SCRAPE_MS } from '../support/fleet.ts';
import { prometheusWith } from '../support/tsdb.ts';
import { replayClock } from './support/clocks.ts';
import { readNdjson, type SeenRecord } from './support/reader.ts';
import { startStream } from './support/streams.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const DELAY_MS = 10_000;
/** The rows end with the last step that the samples reach into. */
const LAST_STEP_MS = FLEET_END_MS;

/** The cells of a row as they stand in a CSV file. */
function cellsOf(row: Record<string, number | string | null>): string[] {
  return Object.values(row).map((value) => (value === null ? '' : String(value)));
}

describe('builder stream: replay', function () {
  this.timeout(120_000);
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  /** All lines of the built dataset, without headers. */
  let built: string[][];
  let header: string[];

  const configFile = () => join(folder, 'dataset.yaml');

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), fleet(1));
    const minutes = (from: number, to: number) =>
      [from, to].map((minute) => iso(FLEET_START_MS + minute * 60_000)).join(',');
    writeFileSync(
      join(folder, 'episodes.csv'),
      [
        'episode,scenario,start,end,node,role,run',
        `e1,cpu_burn,${minutes(20, 25)},node-a,attack,r1`,
        `e2,"disk, ""thrash""",${minutes(70, 81)},node-b,victim,r1`,
        `e3,load_spike,${minutes(100, 104)},node-a,benign,`,
      ].join('\n'),
    );
    writeFileSync(
      configFile(),
      JSON.stringify({
        prometheus: { url: prometheus.url },
        scrapeInterval: '15s',
        delay: '10s',
        format: 'csv',
        output: 'dataset',
        labels: [{ episodes: 'episodes.csv' }],
        start: iso(FLEET_START_MS),
        end: iso(FLEET_END_MS),
      }),
    );
    const { code, stderr } = await builder(['build', '--config', configFile()]);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const dataset = join(folder, 'dataset');
    const files = manifestOf(dataset).files.map(({ path }) => readFileSync(join(dataset, path), 'utf8'));
    built = files.flatMap((text) => (parse(text) as string[][]).slice(1));
    header = (parse(files[0] ?? '') as string[][])[0] ?? [];
  });

  after(() => prometheus?.stop());

  const ways: [string, number][] = [
    ['each step as it closes', 0],
    ['many steps at once', 1_801_000],
  ];
  for (const [way, strideMs] of ways) {
    it(`gives the rows that build gives, ${way}`, async () => {
      const clock = replayClock(FLEET_START_MS + 2 * DELAY_MS + SCRAPE_MS, LAST_STEP_MS + DELAY_MS, strideMs);
      const config = loadConfig({ config: configFile() });
      const running = await startStream(config, FLEET_START_MS, clock);
      let records: SeenRecord[];
      try {
        await clock.finished;
        records = await readNdjson(`${running.url}/stream?from=${FLEET_START_MS / 1000}`, {
          until: ({ type, timestamp, to }) =>
            (type === 'step' || type === 'gap') && (timestamp ?? to) === iso(LAST_STEP_MS),
        });
      } finally {
        await running.stop();
      }
      const rows = records.flatMap(({ type, row }) =>
        type === 'row' ? [row as Record<string, number | string | null>] : [],
      );
      expect(rows.map((row) => Object.keys(row).join()).find((keys) => keys !== header.join())).to.equal(
        undefined,
      );
      const sorted = (lines: string[][]) => lines.map((cells) => JSON.stringify(cells)).sort();
      expect(sorted(rows.map(cellsOf))).to.deep.equal(sorted(built));
      expect(rows.map(({ timestamp }) => timestamp)).to.deep.equal(
        rows.map(({ timestamp }) => timestamp).sort(),
      );
      // Every step is told of: with its rows, or as a gap.
      const gaps = records.filter(({ type }) => type === 'gap');
      const emptySteps = gaps.reduce(
        (sum, { from, to }) => sum + (Date.parse(String(to)) - Date.parse(String(from))) / SCRAPE_MS,
        0,
      );
      const steps = records.filter(({ type }) => type === 'step');
      expect(steps.length + emptySteps).to.equal((LAST_STEP_MS - FLEET_START_MS) / SCRAPE_MS);
      expect(gaps.map(({ reason }) => reason)).to.include('no_samples');
      expect(Date.parse(String(gaps[0]?.['to']))).to.be.within(AWAY_MS[0], AWAY_MS[1]);
    });
  }
});
