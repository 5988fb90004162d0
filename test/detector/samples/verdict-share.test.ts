import { expect } from 'chai';
import fc from 'fast-check';
import { choose } from '../../../detector/samples/choose.ts';
import type { Purpose } from '../../../detector/samples/purpose.ts';

const some = (label: string, count: number, isVerdict = false, part: Purpose['part'] = 'train'): Purpose[] =>
  Array.from({ length: count }, () => ({
    part,
    label,
    isQuiet: label === 'normal' && !isVerdict,
    isVerdict,
  }));

/** Rows of a class that were chosen: all, and those that people named. */
function taken(all: readonly Purpose[], wanted: string, part: Purpose['part'] = 'train') {
  const chosen = choose([all], 1);
  const own = chosen[part].filter(({ purpose: { label } }) => label === wanted);
  return [own.length, own.filter(({ purpose: { isVerdict } }) => isVerdict).length];
}

describe('rows that people named', () => {
  it('are at most a quarter of a class, in each part, and the choice is told', () => {
    const all = [
      ...some('normal', 900),
      ...some('normal', 900, true),
      ...some('scan', 30),
      ...some('scan', 100, true),
      ...some('scan', 6, false, 'validation'),
      ...some('scan', 9, true, 'validation'),
    ];
    expect(taken(all, 'normal')).to.deep.equal([1_200, 300]);
    expect(taken(all, 'scan')).to.deep.equal([40, 10]);
    expect(taken(all, 'scan', 'validation')).to.deep.equal([8, 2]);
    expect(choose([all], 1).verdicts).to.deep.equal({ taken: 312, left: 697 });
  });

  it('of a class that nobody else tells are held against all other attacks', () => {
    const all = [
      ...some('normal', 900),
      ...some('scan', 30),
      ...some('implant', 30),
      ...some('mine', 90, true),
    ];
    expect(taken(all, 'mine')).to.deep.equal([20, 20]);
    const alone = [...some('normal', 900), ...some('mine', 90, true)];
    expect(taken(alone, 'mine')).to.deep.equal([90, 90]);
  });

  it('take no place of any other row, and change nothing where there are none', () => {
    const counts = fc.record({ normal: fc.nat(200), scan: fc.nat(60), verdicts: fc.nat(200) });
    fc.assert(
      fc.property(counts, fc.nat(), ({ normal, scan, verdicts }, seed) => {
        const others = [...some('normal', normal + 1), ...some('scan', scan + 5)];
        const [with_, without] = [
          choose([[...others, ...some('scan', verdicts, true)]], seed),
          choose([others], seed),
        ];
        expect(with_.train.filter(({ purpose }) => !purpose.isVerdict)).to.deep.equal(without.train);
        expect(with_.verdicts.taken).to.be.at.most((scan + 5) / 3);
        expect(with_.calibration).to.deep.equal(without.calibration);
      }),
    );
  });
});
