import { expect } from 'chai';
import { carriesBudget, decide } from '../../../detector/promotion/rule.ts';

const method = (name: string, recall: number | null, byClass: Record<string, number> = {}) => ({
  name,
  attacks: recall === null ? null : { recall },
  byClass:
    recall === null
      ? null
      : Object.fromEntries(Object.entries(byClass).map(([label, own]) => [label, { recall: own }])),
});

const grounds = (
  network: Record<string, number>,
  trees: Record<string, number>,
  interval: [number, number],
) => ({
  schemaVersion: 1 as const,
  manifestSha256: '',
  falseAlarms: { alarms: 0, nodeDays: 4 },
  methods: [
    method('detector', 0.99, trees),
    method('network', 0.9, network),
    method('boosted trees', 0.6, trees),
    method('robust z', 0.7),
    method('rules alone', null),
  ],
  networkAdvantage: {
    'boosted trees': { mean: 0.3, interval: [0.2, 0.4] as [number, number] },
    'robust z': { mean: 0.2, interval },
  },
});

describe('detector/promotion: the rule', () => {
  it('promises a budget only with 95 % confidence, and tells how much is missing', () => {
    expect(carriesBudget({ alarms: 0, nodeDays: 0.7 }, 1)).to.deep.equal({
      holds: false,
      reason: '1 per node-day needs 3.0 attack-free node-days; there are 0.7',
    });
    expect(carriesBudget({ alarms: 0, nodeDays: 3 }, 1).holds).to.equal(true);
    expect(carriesBudget({ alarms: 1, nodeDays: 4 }, 1).holds).to.equal(false);
    expect(carriesBudget({ alarms: 1, nodeDays: 4.8 }, 1).holds).to.equal(true);
    expect(carriesBudget({ alarms: 0, nodeDays: 0.7 }, 5).holds).to.equal(true);
  });

  it('lets the network decide when it surely finds more than the best baseline, and loses no class', () => {
    const verdict = decide(grounds({ a: 0.9, b: 0.86 }, { a: 0.5, b: 0.9 }, [0.01, 0.4]), 1);
    expect(verdict.decider).to.equal('network');
    expect(verdict.network.map(({ holds }) => holds)).to.deep.equal([true, true]);
    expect(verdict.network[0]?.reason).to.include('robust z');
  });

  it('keeps the trees when the lower bound is not above 0', () => {
    expect(decide(grounds({ a: 1 }, { a: 1 }, [0, 0.4]), 1).decider).to.equal('trees');
  });

  it('keeps the trees when a class loses more than 5 points', () => {
    const verdict = decide(grounds({ a: 1, b: 0.8 }, { a: 0.2, b: 0.9 }, [0.1, 0.4]), 1);
    expect(verdict.decider).to.equal('trees');
    expect(verdict.network[1]?.reason).to.include('less of b than');
  });

  it('keeps the trees when nothing could be compared', () => {
    const own = grounds({}, {}, [1, 1]);
    const none = { ...own, methods: own.methods.map(({ name }) => method(name, null)), networkAdvantage: {} };
    expect(decide(none, 1).decider).to.equal('trees');
  });
});
