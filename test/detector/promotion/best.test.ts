import { expect } from 'chai';
import { array, assert, boolean, constantFrom, float, integer, property, record } from 'fast-check';
import { choiceOf, type Ranked, ranked } from '../../../detector/promotion/best.ts';

const model = (place: string, own: Partial<Ranked> = {}): Ranked => ({
  place,
  evaluatedMs: 1,
  carries: true,
  datasets: [{ rowsDigest: 'd', heldOutRows: 100 }],
  falseAlarms: { alarms: 1 },
  attacks: { events: 20, interval: [0.5, 0.9] },
  ...own,
});

describe('detector/promotion: the best of several', () => {
  it('carries the budget, surely finds more, has fewer false alarms, in this order', () => {
    const all = [
      model('a', { carries: false, attacks: { events: 20, interval: [0.9, 1] } }),
      model('b', { attacks: { events: 20, interval: null } }),
      model('c', { attacks: { events: 20, interval: [0.6, 0.7] } }),
      model('d', { falseAlarms: { alarms: 0 } }),
      model('e'),
    ];
    expect(ranked(all).map(({ place }) => place)).to.deep.equal(['c', 'd', 'e', 'b', 'a']);
  });

  it('is compared only with those that the rows of the newest evaluation have judged', () => {
    const old = model('old', {
      datasets: [{ rowsDigest: 'c', heldOutRows: 9 }],
      attacks: { events: 9, interval: [1, 1] },
    });
    expect(ranked([old, model('new', { evaluatedMs: 2 })]).map(({ place }) => place)).to.deep.equal(['new']);
    expect(ranked([])).to.deep.equal([]);
  });

  it('is the same in whatever order they come', () => {
    const one = record({
      place: constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      evaluatedMs: integer({ min: 1, max: 3 }),
      carries: boolean(),
      alarms: integer({ min: 0, max: 2 }),
      low: float({ min: 0, max: 1, noNaN: true }),
      digest: constantFrom('c', 'd'),
    });
    assert(
      property(array(one, { maxLength: 6 }), (drawn) => {
        const all = [...new Map(drawn.map((each) => [each.place, each])).values()].map(
          ({ place, evaluatedMs, carries, alarms, low, digest }) =>
            model(place, {
              ...{ evaluatedMs, carries, falseAlarms: { alarms } },
              attacks: { events: 20, interval: [low, 1] },
              datasets: [{ rowsDigest: digest, heldOutRows: 100 }],
            }),
        );
        const forwards = ranked(all).map(({ place }) => place);
        expect(ranked(all.toReversed()).map(({ place }) => place)).to.deep.equal(forwards);
      }),
    );
  });

  it('says that the choice flatters it', () => {
    expect(choiceOf(model('a'), 5)).to.equal(
      'chosen: the best of 5 models by the same rows, which flatters it: with 95 % confidence 0.50 or more of 20 attacks are found, 1 false alarms',
    );
    expect(choiceOf(model('a', { attacks: { events: 3, interval: null } }), 1)).to.equal(
      'chosen: the only model that was evaluated by these rows: with 95 % confidence 0.00 or more of 3 attacks are found, 1 false alarms',
    );
  });
});
