import { expect } from 'chai';
import { effectOf } from '../../../scenarios/scenario/effect.ts';

describe('effect of an episode on a column', () => {
  it('is the difference of the medians in units of the normal spread', () => {
    // Normal: median 3, absolute deviations 2 1 0 1 2, so MAD 1.
    expect(effectOf([1, 2, 3, 4, 5], [10, 20, 30], 1e-9)).to.deep.equal({
      normalMedian: 3,
      episodeMedian: 20,
      unit: 1.4826,
      size: 17 / 1.4826,
    });
  });

  it('does not exceed what the source can resolve when normal time is constant', () => {
    expect(effectOf([0, 0, 0, 0], [1, 1], 0.5)?.size).to.equal(2);
  });

  it('is negative for a column that falls', () => {
    expect(effectOf([10, 10, 10], [4], 1)?.size).to.equal(-6);
  });

  it('averages the two middle values of an even number', () => {
    expect(effectOf([1, 2, 3, 4], [5, 7], 1)).to.include({ normalMedian: 2.5, episodeMedian: 6 });
  });

  it('is not there without values on both sides', () => {
    expect(effectOf([], [1], 1)).to.equal(undefined);
    expect(effectOf([1], [], 1)).to.equal(undefined);
  });
});
