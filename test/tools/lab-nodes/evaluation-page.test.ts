import { expect } from 'chai';
import fc from 'fast-check';
import { evaluationPage } from '../../../tools/generate/evaluation-page.ts';
import { pooled, pooledByClass, wilsonInterval } from '../../../tools/lab-nodes/pooled.ts';
import type { Judgement, LabResults, Recall } from '../../../tools/lab-nodes/results.ts';

const recall = (events: number, found: number, medianDelay: number | null = 1): Recall => ({
  ...{ events, found, interval: null, medianDelay: found === 0 ? null : medianDelay },
});

const judgement = (heldOut: string, own: Partial<Judgement> = {}): Judgement => ({
  ...{ heldOut, step: '5s', heldOutRows: 400, calibrationHours: 0.5, macroF1: { detector: 0.5 } },
  budget: { asked: 1, carried: 200 },
  falseAlarms: { nodes: 1, nodeDays: 0.025, alarms: 2, rate: 80, interval: [9.7, 289] },
  ...{ attacks: recall(20, 12), strong: recall(10, 9, 2), benign: recall(4, 1) },
  ...{ byClass: { cpu_burn: recall(2, 2) }, attribution: { events: 12, right: 11 } },
  methods: [{ name: 'detector', attacks: recall(20, 12), averagePrecision: 0.61 }],
  ...{ telemetryLost: { '0.1': recall(20, 11) }, leftOut: { cpu_burn: recall(2, 1) } },
  ...own,
});

const results = (judgements: readonly Judgement[]): LabResults => ({
  ...{
    date: '2026-11-28',
    commits: ['abc', 'abc'],
    evaluated: 'def',
    node: '20.1.0',
    seed: 1,
    evaluationSeeds: 5,
  },
  ...{ repetitions: 1, durationSeconds: 60, gapSeconds: 30, quietSeconds: 300, columns: 40 },
  nodes: [
    {
      ...{ name: 'attacked-5.10', role: 'attacked', kernel: '5.10.0', rows: 720, emptyRows: 3 },
      ...{ attackRows: 200, attacks: 20, benign: 4, clockMs: 12 },
    },
  ],
  ...{
    planned: 30,
    done: 24,
    leftOut: { crash_loop: 'crash_loop: needs Kubernetes', mining: 'not among --scenarios' },
  },
  ...{ failures: {}, judgements: [...judgements], campaigns: [] },
});

describe('the page of the evaluation', () => {
  const page = evaluationPage(results([judgement('attacked-5.10'), judgement('attacked-6.1')]));

  it('adds the counts of all models up, each judged by another node, with an interval', () => {
    expect(page).to.include('| strong attacks that are found: 95 % | 18 of 20: 90 % (70–97) | missed |');
    expect(page).to.include(
      '| found attacks, a column named that the scenario changes: 90 % | 22 of 24: 92 % (74–98) | met, with an interval below it |',
    );
    expect(page).to.include('2, 2 (one for each model) | met |');
    expect(page).to.include('| `cpu_burn` | 4 of 4 | 2 of 4 |');
    expect(page).to.include('| all of them | 4 of 4: 100 % (51–100) | 2 of 4: 50 % (15–85) |');
    expect(page).to.include('of commit `abc`. Models were made and judged 2026-11-28 by `def`');
  });

  it('names a target as missed when one model misses it, and as no target where there is no event', () => {
    const slow = judgement('a', { strong: recall(4, 4, 4) });
    expect(evaluationPage(results([slow, judgement('b')]))).to.include(
      '4, 2 (one for each model) | missed |',
    );
    const none = judgement('a', { strong: recall(0, 0), attribution: { events: 0, right: 0 } });
    expect(evaluationPage(results([none])).match(/\| no event \|/g)).to.have.length(3);
  });

  it('has what the asked budget is beside what the rows carry, and the false alarms with their interval', () => {
    expect(page).to.include('| attacked-6.1 | 0.50 | 1 | 200 | 2 in 0.60 node-hours | 80 (10–289) |');
  });

  it('has what was left out in the words of the guests, and apart from it what there was no time for', () => {
    expect(page).to.include('| `crash_loop` | needs Kubernetes |');
    expect(page).to.include('no time for them: `mining`.');
    expect(page).to.include('24 of 30 planned episodes').and.include('1.0 node-hours');
  });

  it('has what it costs that attacks came within a window of each other, where they did', () => {
    expect(page).to.include('before their row 2:');
    const apart = evaluationPage({ ...results([judgement('a')]), gapSeconds: 40 });
    expect(apart).to.not.include('before their row');
  });

  it('is there before the first result', () => {
    expect(evaluationPage(undefined)).to.include('There is no result yet');
  });
});

describe('shares of several models', () => {
  it('have an interval that holds the share, within 0 and 1, and is narrower the more there is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.nat(1_000), (of, some) => {
        const found = Math.min(of, some);
        const [low, high] = wilsonInterval({ of, found }) ?? [1, 0];
        expect(low)
          .to.be.at.least(0)
          .and.at.most(found / of + 1e-9);
        expect(high)
          .to.be.at.most(1)
          .and.at.least(found / of - 1e-9);
        const [lower, higher] = wilsonInterval({ of: 4 * of, found: 4 * found }) ?? [0, 1];
        expect(higher - lower).to.be.below(high - low);
      }),
    );
    expect(wilsonInterval({ of: 0, found: 0 })).to.equal(undefined);
  });

  it('is that of a textbook', () => {
    // Newcombe (1998), table I: 81 of 263.
    const [low = 0, high = 0] = wilsonInterval({ of: 263, found: 81 }) ?? [];
    expect([low.toFixed(4), high.toFixed(4)]).to.deep.equal(['0.2553', '0.3662']);
  });

  it('count each class where it was, and nothing for a method without a threshold', () => {
    const all = pooledByClass([{ b: recall(2, 1) }, { a: recall(1, 1), b: recall(3, 0) }]);
    expect([...all]).to.deep.equal([
      ['a', { of: 1, found: 1 }],
      ['b', { of: 5, found: 1 }],
    ]);
    expect(pooled([null, recall(2, 2)])).to.deep.equal({ of: 2, found: 2 });
  });
});

describe('the page of a campaign on one machine', () => {
  it('has its own targets, models and budget behind those of the guests', () => {
    const { judgements, ...others } = results([judgement('attacked-5.10')]);
    const campaign = { ...judgement('campaign-pod'), entity: 'pod' as const, entities: 8, rows: 9_000 };
    const page = evaluationPage({ ...others, judgements, campaigns: [{ ...campaign, split: 'episode' }] });
    expect(page).to.include('| pods | 8 | 9000 | 400 | episode |');
    expect(page.split('## Campaigns on one machine')[1]).to.include('| campaign-pod | 12 of 20');
  });
});
