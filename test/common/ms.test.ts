import { expect } from 'chai';
import fc from 'fast-check';
import { encodeReadRequest } from '../../builder/prometheus/wire/remote-read/request.ts';
import { wholeMs } from '../../common/ms.ts';

describe('common/ms', () => {
  it('is the last whole millisecond of any moment, which every request can hold', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4e12, noNaN: true }), (moment) => {
        const ms = wholeMs(moment);
        expect(ms).to.be.at.most(moment);
        expect(moment).to.be.below(ms + 1);
        expect(encodeReadRequest({ matchers: [], startMs: ms, endMs: ms })).to.have.length.above(0);
      }),
    );
  });

  it('refuses what is no moment', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e300])
      expect(() => wholeMs(value), String(value)).to.throw(RangeError);
  });
});
