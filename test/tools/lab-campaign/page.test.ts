import { expect } from 'chai';
import type { Result } from '../../../builder/benchmark/result.ts';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import type { Scenario } from '../../../scenarios/scenario/scenario.ts';
import { benchmarkPage } from '../../../tools/generate/benchmark-page.ts';
import type { Benchmark, DatasetResults } from '../../../tools/lab-campaign/results.ts';

const result = (model: string, averagePrecision: number): Result => ({
  ...{ schemaVersion: 1, model, kind: 'baseline', kubevigil: '0.1.0', rowsDigest: '0'.repeat(64) },
  ...{ rows: { test: 90, judged: 80, attack: 40 }, baseRate: 0.5, averagePrecision, vusPr: 0.6 },
  ...{
    threshold: 0.5,
    thresholdFrom: 'validation',
    episodes: { events: 2, found: 1 },
    medianDelaySeconds: 3,
  },
  ...{ falseAlarms: { alarms: 1, quietHours: 0.5, perHour: 2, shareInAlarm: 0.1 } },
  ...{ benign: { events: 2, found: 0 }, notes: [] },
});

const some = { episodes: 1, rows: 30 };
const none = { episodes: 0, rows: 0 };

function datasetOf(learned: number): DatasetResults {
  return {
    ...{ rows: { train: 90, validation: 90, test: 90, embargo: 4 }, normalRows: { train: 50 }, gapSteps: 3 },
    scenarios: {
      scan: { role: 'attack', parts: { train: some, validation: { episodes: 2, rows: 61 }, test: some } },
      backup: { role: 'benign', parts: { train: some, validation: none, test: some } },
    },
    ...{ lacks: ['test has 3 rows of scan'], leaking: [] },
    drift: { real: ['processes'], features: 7, missed: ['listening_sockets'], spilled: [] },
    baselines: [result('always-attack', 0.5), result('gradient boosting', learned)],
  };
}

const results: Benchmark = {
  campaign: {
    ...{ date: '2026-11-28', kernel: '6.1', cpus: 2, memoryGiB: 8, pods: 8, stepSeconds: 2, minutes: 30 },
    ...{ load: { mean: 2, most: 4.25 }, seeds: [1, 2, 3], batches: 27, note: 'A note.' },
    failures: [{ seed: 2, scenario: 'scan', why: 'no | room' }],
  },
  ...{ pod: datasetOf(0.9), node: datasetOf(0.4) },
};

describe('the page about the campaign of all scenarios', () => {
  const any = SCENARIOS[0] as Scenario;
  const known = ['scan', 'backup', 'away'].map((name): Scenario => ({ ...any, name }));
  const page = benchmarkPage(known, results);

  it('has rows and episodes of each scenario in each part, and what lacks', () => {
    expect(page).to.include('| `scan` | attack | 30 | 61 in 2 | 30 |');
    expect(page).to.include('there is no row of `backup` in validation.');
    expect(page).to.include('\n\nA note.\n\n').and.include('embargo 4; 3 steps without values');
    expect(page).to.include('What parts lack by the manifest: test has 3 rows of scan.');
    expect(page).to.include('need a cluster: `away`.').and.include('`scan` in seed 2 (no \\| room)');
  });

  it('tells whether calling everything an attack loses, of each dataset as it is', () => {
    expect(page).to.include(
      '`always-attack` loses on average precision: always-attack 0.500 against gradient boosting 0.900.',
    );
    expect(page).to.include(
      '`always-attack` does not lose on average precision: always-attack 0.500 against gradient boosting 0.400.',
    );
  });

  it('tells which drifts were found and which not', () => {
    expect(page).to.include('follow the time that has passed: `processes`.');
    expect(page).to.include('flagged in 6 (not in `listening_sockets`), and beside it no other feature');
  });

  it('has no figures before there are any', () => {
    expect(benchmarkPage(known, undefined)).to.include('There is no result yet.').and.not.include('Run on');
  });
});
