import { expect } from 'chai';
import { collectionDeadlineMs } from '../../../exporter/web/scrape-timeout.ts';

describe('collectionDeadlineMs', () => {
  const cases: [string | undefined, number][] = [
    [undefined, 9_500],
    ['10', 9_500],
    ['10.000000', 9_500],
    ['1', 800],
    ['14.9', 9_500],
    ['15', 14_500],
    ['600', 59_500],
    ['1e-9', 0.8],
    ['0.1', 80],
    ['0', 9_500],
    ['-1', 9_500],
    ['soon', 9_500],
    ['Infinity', 9_500],
  ];
  for (const [header, ms] of cases) {
    it(`${header} → ${ms} ms`, () => expect(collectionDeadlineMs(header)).to.be.closeTo(ms, 1e-6));
  }
});
