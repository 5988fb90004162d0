import { expect } from 'chai';
import fc from 'fast-check';
import { Rereads } from '../../../exporter/files/rereads.ts';

/** The files that have their turn in each of so many looks. */
function turns(rereads: Rereads, files: number, looks: number): number[][] {
  return Array.from({ length: looks }, () => {
    rereads.begin();
    return Array.from({ length: files }, (_, file) => file).filter(() => rereads.isTurn());
  });
}

describe('rereads', () => {
  it('take at most 32 files a look once they know how many there are, and let each have its turn', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), (files) => {
        const rereads = new Rereads();
        turns(rereads, files, 1);
        const cycle = turns(rereads, files, Math.max(1, Math.ceil(files / 32)));
        expect(Math.max(...cycle.map((look) => look.length))).to.be.at.most(32);
        const read = cycle.flat().sort((a, b) => a - b);
        expect(read).to.deep.equal(Array.from({ length: files }, (_, file) => file));
      }),
      { numRuns: 50 },
    );
  });

  it('are spread, so that neighbours are not read in the same look', () => {
    const rereads = new Rereads();
    turns(rereads, 96, 1);
    const [look = []] = turns(rereads, 96, 1);
    expect(look.slice(1).map((file, i) => file - (look[i] ?? 0))).to.deep.equal(Array(31).fill(3));
  });
});
