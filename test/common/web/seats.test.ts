import { expect } from 'chai';
import fc from 'fast-check';
import { FairQueue } from '../../../common/web/fair-queue.ts';
import { Seats } from '../../../common/web/seats.ts';

const MOST = 8;

describe('Seats', () => {
  it('are never more, and kept by who was admitted as long as another only sits there', () => {
    const other = fc.record({ source: fc.integer({ min: 0, max: 3 }), asks: fc.boolean() });
    fc.assert(
      fc.property(fc.array(other, { maxLength: 60 }), (others) => {
        const seats = new Seats<string>(MOST);
        seats.take('scraper', 's0');
        seats.began('scraper');
        seats.answered('scraper', true);
        const present = new Map<string, boolean>([['scraper', true]]);
        for (const [i, { source, asks }] of others.entries()) {
          const victim = seats.take(`${i}`, `s${source}`);
          if (victim === 'scraper') expect([...present.values()]).not.to.include(false);
          present.set(`${i}`, asks);
          if (victim !== undefined) present.delete(victim);
          if (asks) seats.began(`${i}`);
          expect(present.size).to.be.at.most(MOST);
        }
      }),
    );
  });

  it('are taken from the address that has most of them, the oldest first', () => {
    const seats = new Seats<string>(4);
    for (const name of ['a1', 'b1', 'b2', 'b3']) seats.take(name, name.slice(0, 1));
    expect(seats.take('c1', 'c')).to.equal('b1');
    expect(seats.take('b4', 'b')).to.equal('b2');
    seats.began('b3');
    expect(seats.take('b5', 'b')).to.equal('b4');
  });

  it('are taken from the address that has most of them though all of these are being served', () => {
    const seats = new Seats<string>(4);
    for (const name of ['b1', 'b2', 'b3', 'b4']) {
      seats.take(name, 'b');
      seats.began(name);
      seats.answered(name, true);
      seats.began(name);
    }
    expect(seats.take('b5', 'b')).to.equal('b5');
    expect(seats.take('scraper', 'a')).to.equal('b1');
    expect(seats.take('b6', 'b')).to.equal('b6');
  });

  it('are kept by a stranger who comes and asks at once, however many come and ask from another address', () => {
    const asked = fc.array(fc.boolean(), { minLength: MOST, maxLength: 40 });
    fc.assert(
      fc.property(asked, fc.nat({ max: 20 }), (asks, turn) => {
        const seats = new Seats<string>(MOST);
        for (const [i, asksAtOnce] of asks.entries()) {
          if (i === turn) seats.take('stranger', 'a', 5_000);
          if (i === turn + 1) seats.began('stranger');
          expect(seats.take(`${i}`, 'b', 5_000)).not.to.equal('stranger');
          if (asksAtOnce) seats.began(`${i}`);
        }
      }),
    );
  });

  it('are not taken from who is being served', () => {
    const seats = new Seats<string>(1);
    seats.take('a', 'a');
    seats.began('a');
    seats.answered('a', true);
    seats.began('a');
    expect(seats.take('b', 'b')).to.equal('b');
    seats.leave('a');
    expect(seats.take('c', 'c')).to.equal(undefined);
  });
});

describe('FairQueue', () => {
  it('lets everybody have his turn within a round, and drops of the longest line', () => {
    const put = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(fc.array(put, { maxLength: 50 }), (sources) => {
        const queue = new FairQueue<number>(MOST);
        const dropped = sources.flatMap((source) => queue.put(`${source}`, source) ?? []);
        expect(dropped).to.have.length(Math.max(0, sources.length - MOST));
        const taken: number[] = [];
        for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next);
        expect(taken).to.have.length(Math.min(sources.length, MOST));
        const different = new Set(sources);
        expect(new Set(taken.slice(0, different.size))).to.deep.equal(different);
      }),
    );
  });
});
