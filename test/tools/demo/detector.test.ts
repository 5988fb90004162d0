import { expect } from 'chai';
import { Gauge, Registry } from 'prom-client';
import { detectorMetrics } from '../../../exporter/catalogue/programs/detector.ts';
import { planSchema } from '../../../scenarios/campaign/plan-schema.ts';
import { SCENARIOS } from '../../../scenarios/registry/registry.ts';
import { LEARNED, SHOWN, shownPlan } from '../../../tools/demo/detector/plan.ts';
import {
  falseAlarms,
  outcomeLine,
  outcomeOf,
  type Reading,
  readingOf,
} from '../../../tools/demo/detector/readings.ts';

/** A page as the detector serves it. */
function page(
  series: readonly (readonly [keyof typeof detectorMetrics, Record<string, string>, number])[],
): Promise<string> {
  const registry = new Registry();
  const place = { cluster: '', node: 'vm', namespace: '', pod: '' };
  for (const key of new Set(series.map(([name]) => name))) {
    const { name, help } = detectorMetrics[key];
    const own = series.filter(([each]) => each === key);
    const labelNames = [...Object.keys(place), ...Object.keys(own[0]?.[1] ?? {})];
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
    for (const [, labels, value] of own) gauge.set({ ...place, ...labels }, value);
  }
  return registry.metrics();
}

const alarm = { label: 'cpu_burn', share: 0.8, columns: ['cpu_busy_ratio'] };
/** Readings a second apart. */
const readings = (...scores: readonly number[]): Reading[] =>
  scores.map((score, i) => ({ timeMs: i * 1_000, score, alarm: score > 1 ? alarm : undefined }));

describe('npm run demo -- --detector', () => {
  it('shows what scenarios can do, in a form in which it was not learned', () => {
    const learned = [...LEARNED.train, ...LEARNED.validation].map((plan) => planSchema.parse(plan));
    const names = new Set(learned.flatMap(({ scenarios }) => scenarios.map(({ name }) => name)));
    for (const shown of SHOWN) {
      planSchema.parse(shownPlan(shown));
      const scenario = SCENARIOS.find(({ name }) => name === shown.scenario);
      if (scenario === undefined) throw new Error(`there is no ${shown.scenario}`);
      expect(scenario.role === 'benign', shown.scenario).to.equal(shown.role === 'benign');
      expect(names.has(shown.scenario), shown.scenario).to.equal(shown.role !== 'unknown');
      const parameters = scenario.parameters as Readonly<Record<string, { readonly default: number }>>;
      for (const [name, value] of Object.entries(shown.parameters))
        expect(value, name).to.be.lessThan(0.7 * (parameters[name]?.default ?? Number.NaN));
      if (shown.role === 'known') expect(shown.parameters).not.to.deep.equal({});
    }
  });

  it("reads the score, and of an alarm its class and columns, from the detector's page", async () => {
    const text = await page([
      ['anomalyScore', {}, 1.31],
      ['classProbability', { class: 'normal' }, 0.1],
      ['classProbability', { class: 'fork_burst' }, 0.85],
      ['contribution', { column: 'load' }, 0.2],
      ['contribution', { column: 'forks_per_second' }, 0.9],
    ]);
    expect(readingOf(text, 5)).to.deep.equal({
      ...{ timeMs: 5, score: 1.31 },
      alarm: { label: 'fork_burst', share: 0.85, columns: ['forks_per_second', 'load'] },
    });
    expect(readingOf(await page([['anomalyScore', {}, 0.2]]), 5).alarm).to.equal(undefined);
    expect(readingOf('', 5).score).to.equal(undefined);
  });

  it('counts an alarm that began in the episode, and none that was on before or began long after', () => {
    const own = readings(0, 0, 0.4, 1.2, 1.3, 0.2, 0, 0, 0, 0, 0, 1.1);
    const found = outcomeOf(own, 2_000, 5_000);
    expect(found).to.deep.equal({ alarm, wasOn: false, delaySeconds: 1, highest: 1.3 });
    expect(falseAlarms(own, 2_000, 5_000)).to.equal(1);
    // Of its rows the one with the highest score, of those that tell why.
    const [unsure, sure] = [
      { ...alarm, columns: [] },
      { ...alarm, label: 'fork_burst' },
    ];
    const told = own.map((each, i) =>
      i === 3 ? { ...each, score: 9, alarm: unsure } : i === 4 ? { ...each, alarm: sure } : each,
    );
    expect(outcomeOf(told, 2_000, 5_000).alarm).to.equal(sure);
    const late = outcomeOf(readings(0, 0, 0, 0, 0, 0, 0, 0, 0, 1.3), 1_000, 2_000);
    expect(late).to.deep.equal({ alarm: undefined, wasOn: false, delaySeconds: undefined, highest: 0 });
    expect(outcomeOf(readings(0, 1.2, 1.2, 1.2), 2_000, 3_000)).to.include({ alarm: undefined, wasOn: true });
    expect(outcomeOf([], 2_000, 3_000)).to.include({ alarm: undefined, highest: undefined });
  });

  it('tells of each what came of it, and praises no alarm of nothing', () => {
    const [known, benign] = ['known', 'benign'].map((role) => SHOWN.find((each) => each.role === role));
    if (known === undefined || benign === undefined) throw new Error('nothing is shown');
    const found = outcomeOf(readings(0, 0, 1.2), 1_000, 3_000);
    const missed = outcomeOf(readings(0, 0, 0.4), 1_000, 3_000);
    expect(outcomeLine(known, found)).to.equal(
      '  ✓ cpu_burn     alarm after 1 s as cpu_burn (80 %), highest score 1.20; because of cpu_busy_ratio',
    );
    expect(outcomeLine(known, missed)).to.equal('  ✗ cpu_burn     no alarm, highest score 0.40');
    expect(outcomeLine(benign, found)).to.match(/^ {2}✗ load_spike/);
    expect(outcomeLine(benign, missed)).to.match(/^ {2}✓ load_spike/);
    expect(outcomeLine(known, outcomeOf(readings(1.2, 1.2, 1.2), 1_000, 3_000))).to.match(
      /^ {2}\? cpu_burn .* still on/,
    );
  });
});
