import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { loadConfig } from '../../../builder/config/load.ts';
import type { RunningPrometheus } from '../../../tools/programs/prometheus.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { builder } from '../support/cli.ts';
import { manifestOf } from '../support/dataset.ts';
import { AWAY_MS, FLEET_END_MS, FLEET_START_MS, fleet, SCRAPE_MS } from '../support/fleet.ts';
import { prometheusWith, type StoredSeries } from '../support/tsdb.ts';
import { replayClock } from './support/clocks.ts';
import { readNdjson, type SeenRecord } from './support/reader.ts';
import { startStream } from './support/streams.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const DELAY_MS = 10_000;
/** The rows end with the last step that the samples reach into. */
const LAST_STEP_MS = FLEET_END_MS;

type Row = Record<string, number | string | null>;

/** The rows, with what was said anew of their labels. */
function rowsOf(records: readonly SeenRecord[]): Row[] {
  const rows = records.flatMap(({ type, row }) => (type === 'row' ? [row as Row] : []));
  for (const { type, label_state: _, id: __, ...said } of records) {
    if (type !== 'label') continue;
    const row = rows.find(({ timestamp, node }) => timestamp === said['timestamp'] && node === said['node']);
    Object.assign(row ?? {}, said);
  }
  return rows;
}

/** The cells of a row as they stand in a CSV file. */
function cellsOf(row: Row): string[] {
  return Object.values(row).map((value) => (value === null ? '' : String(value)));
}

/** An episode as the scenarios expose it: from minute 40 to 44, and remembered for ten minutes after. */
function groundTruth(): StoredSeries[] {
  const minute = (n: number) => FLEET_START_MS + n * 60_000;
  const series = (name: string, fromMs: number, valueMs: number): StoredSeries => ({
    labels: {
      __name__: `kubevigil_scenario_${name}_timestamp_seconds`,
      ...{ scenario: 'port_scan', episode: 'e4', node: 'node-a', role: 'attack', job: 'scenarios' },
      instance: 'x:24925',
    },
    samples: Array.from({ length: (minute(54) - fromMs) / SCRAPE_MS }, (_, i) => [
      fromMs + i * SCRAPE_MS + 2_000,
      valueMs / 1000,
    ]),
  });
  return [series('start', minute(40), minute(40) + 321), series('end', minute(44), minute(44) + 1_234)];
}

describe('builder stream: replay', () => {
  const newFolder = temporaryFolder();
  let folder: string;
  let prometheus: RunningPrometheus;
  /** All lines of the built dataset, without headers. */
  let built: string[][];
  let header: string[];

  const configFile = () => join(folder, 'dataset.yaml');

  before(async () => {
    folder = newFolder();
    prometheus = await prometheusWith(join(folder, 'prometheus'), [...fleet(1), ...groundTruth()]);
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
        labels: [
          { episodes: 'episodes.csv' },
          { metric: {} },
          // On for 40 of 70 minutes, longer than labels can change; so it is when the rows begin.
          { promql: 'kubevigil_forks_total and on () (vector(time()) % 4200 < 2400)', scenario: 'night' },
        ],
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
      const rows = rowsOf(records);
      expect(new Set(rows.map(({ label }) => label))).to.deep.equal(
        new Set(['normal', 'cpu_burn', 'disk, "thrash"', 'port_scan', 'night']),
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
