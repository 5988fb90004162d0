import { expect } from 'chai';
import fc from 'fast-check';
import { ReaderSeats } from '../../../exporter/web/reader-seats.ts';

describe('seats of readers', () => {
  it('go to whoever comes, until all are taken', () => {
    const seats = new ReaderSeats<number>(2);
    expect([seats.take(1, 'a'), seats.take(2, 'b')]).to.deep.equal([undefined, undefined]);
    expect(seats.hasRoomFor('c')).to.equal(false);
    seats.leave(1);
    expect(seats.hasRoomFor('c')).to.equal(true);
  });

  it('are given up by the address that has most, the oldest first, and not for one that would have as many', () => {
    const seats = new ReaderSeats<number>(3);
    for (const reader of [1, 2, 3]) seats.take(reader, 'greedy');
    expect(seats.hasRoomFor('greedy')).to.equal(false);
    expect(seats.take(4, 'a')).to.equal(1);
    expect(seats.hasRoomFor('b')).to.equal(true);
    expect(seats.take(5, 'b')).to.equal(2);
    expect(seats.hasRoomFor('c')).to.equal(false);
  });

  it('are never more than there are, and each address gets one as long as there are more seats than addresses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('greedy', 'greedy', 'greedy', 'a', 'b', 'c'), { maxLength: 100 }),
        (sources) => {
          const seats = new ReaderSeats<number>(8);
          const seated = new Map<number, string>();
          for (const [reader, source] of sources.entries()) {
            if (!seats.hasRoomFor(source)) {
              expect([...seated.values()].filter((one) => one === source)).not.to.have.length(0);
              continue;
            }
            const victim = seats.take(reader, source);
            seated.set(reader, source);
            if (victim !== undefined) seated.delete(victim);
            expect(seated.size).to.be.at.most(8);
          }
        },
      ),
    );
  });
});
