import { expect } from 'chai';
import fc from 'fast-check';
import {
  afterStep,
  comparePositions,
  formatPosition,
  parsePosition,
} from '../../../common/stream/position.ts';
import { type Entry, Ring } from '../../../common/stream/ring.ts';

const MOST_BYTES = 50_000;
const ALL = Number.POSITIVE_INFINITY;

function entry(timeMs: number, number: number, length: number): Entry {
  return { at: { timeMs, number }, type: 'row', json: 'x'.repeat(length) };
}

describe('builder/stream/ring', () => {
  it('holds no more than it may over 10,000 steps of 7 records', () => {
    const ring = new Ring(MOST_BYTES, afterStep(0));
    for (let step = 1; step <= 10_000; step++) {
      for (let number = 0; number < 7; number++) ring.push(entry(step, number, (step * 31 + number) % 500));
      expect(ring.bytes).to.be.at.most(MOST_BYTES);
    }
    const held = ring.after(ring.floor, ALL);
    expect(held.length).to.be.within(50, 300);
    expect(held.at(-1)?.at).to.deep.equal({ timeMs: 10_000, number: 6 });
    expect(ring.head).to.deep.equal({ timeMs: 10_000, number: 6 });
  });

  it('keeps the newest record, however long', () => {
    const ring = new Ring(MOST_BYTES, afterStep(0));
    for (const number of [0, 1, 2]) ring.push(entry(1, number, 10 * MOST_BYTES));
    expect(ring.after(ring.floor, ALL)).to.have.length(1);
    expect(ring.floor).to.deep.equal({ timeMs: 1, number: 1 });
  });

  it('gives what comes after any position, or says that some of it is lost', () => {
    const lengths = fc.array(fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 5 }), {
      maxLength: 60,
    });
    const position = fc.record({ timeMs: fc.nat(61), number: fc.nat(6) });
    fc.assert(
      fc.property(lengths, position, (steps, from) => {
        const ring = new Ring(20_000, afterStep(0));
        const all = steps.flatMap((step, i) => step.map((length, number) => entry(i + 1, number, length)));
        for (const each of all) ring.push(each);
        const wanted = all.filter(({ at }) => comparePositions(at, from) > 0);
        const got = ring.after(from, ALL);
        expect(got).to.deep.equal(wanted.slice(wanted.length - got.length));
        if (!ring.hasLost(from)) expect(got).to.have.length(wanted.length);
        const [first] = ring.after(from, 1);
        expect(first).to.equal(got[0]);
      }),
    );
  });

  it('reads positions as it writes them, and nothing else', () => {
    expect(parsePosition(formatPosition({ timeMs: 1_790_000_000_000, number: 3 }))).to.deep.equal({
      timeMs: 1_790_000_000_000,
      number: 3,
    });
    for (const text of ['', '1', '1-', '-1', '1-2-3', 'x-1', '1-1.5', '1 -1', '9'.repeat(16).concat('-1')])
      expect(parsePosition(text), text).to.equal(undefined);
  });
});
