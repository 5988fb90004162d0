import { expect } from 'chai';
import fc from 'fast-check';
import { byChange, type Change } from '../../../detector/explanation/occlusion.ts';

const named = (changes: Readonly<Record<string, Change>>) =>
  byChange(Object.entries(changes).map(([name, change]) => ({ name, change }))).map(({ name }) => name);

describe('what an alarm is explained by', () => {
  it('is first what lowers the score, then what lowers other p-values, then what parts go by where these end', () => {
    const changes: Record<string, Change> = {
      parts: [0, 0, 3],
      score: [0.2, -1, 0],
      values: [0, 1, 0],
      more: [0.5, 0, 0],
      further: [0, 0, 4],
    };
    expect(named(changes)).to.deep.equal(['more', 'score', 'values', 'further', 'parts']);
  });

  it('is nothing without which the row would be as unusual, or more', () => {
    expect(named({ same: [0, 0, 0], more: [-0.1, 5, 5], less: [0, -1, 9], parts: [0, 0, -1] })).to.deep.equal(
      [],
    );
  });

  it('is in the one order that the changes have, whatever order they come in', () => {
    const change = fc.tuple(fc.integer(), fc.integer(), fc.integer());
    fc.assert(
      fc.property(fc.uniqueArray(change, { selector: String, maxLength: 12 }), (changes) => {
        const all = changes.map((own) => ({ change: own as Change }));
        expect(byChange([...all].reverse())).to.deep.equal(byChange(all));
      }),
    );
  });
});
