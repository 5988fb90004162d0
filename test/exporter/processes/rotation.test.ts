import { expect } from 'chai';
import fc from 'fast-check';
import { Rotation } from '../../../exporter/processes/rotation.ts';

const members = (count: number) => new Map(Array.from({ length: count }, (_, i) => [i, i]));

describe('Rotation', () => {
  it('gives each its turn, in order, a share at a time', () => {
    const rotation = new Rotation(members(8), { of: 4, least: 1, most: 100 });
    expect([rotation.due(), rotation.due(), rotation.due()]).to.deep.equal([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
  });

  it('goes on with those that come, and passes over those that went', () => {
    const map = members(4);
    const rotation = new Rotation(map, { of: 1, least: 1, most: 2 });
    expect(rotation.due()).to.deep.equal([0, 1]);
    map.delete(2);
    map.set(9, 9);
    expect(rotation.due()).to.deep.equal([3, 9]);
    expect(rotation.due()).to.deep.equal([0, 1]);
  });

  it('gives nobody two turns at once, and everybody one within a round', () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        (size, of, least) => {
          const rotation = new Rotation(members(size), { of, least, most: 30 });
          const seen = new Set<number>();
          for (let pass = 0; pass < Math.max(of, 2); pass++) {
            const due = rotation.due();
            expect(new Set(due).size).to.equal(due.length);
            for (const one of due) seen.add(one);
          }
          if (size <= 30) expect(seen.size).to.equal(size);
        },
      ),
    );
  });
});
