import { expect } from 'chai';
import fc from 'fast-check';
import type { Place } from '../../../detector/samples/choose.ts';
import { normalGroups } from '../../../detector/samples/normal-groups.ts';

const place = (series: number, row: number, label: string): Place => ({
  series,
  row,
  purpose: { part: 'train', label, isQuiet: label === 'normal', isVerdict: false },
});

/** Places in their order, of which at least one is normal. */
const anyPlaces = fc
  .array(fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 60 }), fc.constantFrom('normal', 'normal', 'implant')), {
    minLength: 1,
    maxLength: 200,
  })
  .map((all) => all.map((own) => place(...own)).sort((a, b) => a.series - b.series || a.row - b.row))
  .filter((all) => all.some(({ purpose: { label } }) => label === 'normal'));

describe('groups of normal rows', () => {
  it('have none of an attack, and nothing in common where there is more than a row', () => {
    fc.assert(
      fc.property(anyPlaces, fc.integer({ min: 1, max: 8 }), (places, window) => {
        const { all, learn, stop } = normalGroups(places, window);
        const normal = [...places.keys()].filter((i) => places[i]?.purpose.label === 'normal');
        expect(all).to.deep.equal(normal);
        for (const own of [learn, stop]) expect(own.every((i) => normal.includes(i))).to.equal(true);
        expect(learn).not.to.equal([]);
        expect(learn.length * stop.length).to.be.greaterThan(0);
        if (stop !== learn) expect(learn.filter((i) => stop.includes(i))).to.deep.equal([]);
      }),
    );
  });

  it('hold out every fifth node', () => {
    const places = Array.from({ length: 60 }, (_, i) => place(Math.floor(i / 10), i % 10, 'normal'));
    const { learn, stop } = normalGroups(places, 3);
    expect(stop.map((i) => places[i]?.series)).to.deep.equal(Array(10).fill(4));
    expect(learn).to.have.length(50);
  });

  it('hold out the last fifth of each of few nodes, with a window between', () => {
    const places = Array.from({ length: 200 }, (_, i) => place(Math.floor(i / 100), i % 100, 'normal'));
    const { learn, stop } = normalGroups(places, 8);
    expect(stop.map((i) => places[i]?.row)).to.include.members([80, 99]);
    expect(stop).to.have.length(40);
    expect(Math.max(...learn.map((i) => places[i]?.row ?? 0))).to.equal(71);
  });
});
