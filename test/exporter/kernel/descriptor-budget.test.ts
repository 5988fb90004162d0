import { expect } from 'chai';
import { descriptorsFor } from '../../../exporter/kernel/descriptor-budget.ts';

const limits = (soft: string) =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax processes             127251               127251               processes \nMax open files            ${soft.padEnd(20)} 524288               files     \n`;

describe('descriptorsFor', () => {
  const cases: [string, number][] = [
    ['1024', 0],
    ['4096', 1536],
    ['20000', 9488],
    ['1048576', 16384],
    ['unlimited', 16384],
    ['64', 0],
  ];
  for (const [soft, files] of cases) {
    it(`${files} of ${soft}`, () => expect(descriptorsFor(limits(soft))).to.equal(files));
  }

  it('none where the limit is not told', () => expect(descriptorsFor('')).to.equal(0));
});
