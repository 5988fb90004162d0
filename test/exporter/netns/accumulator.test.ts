import { expect } from 'chai';
import fc from 'fast-check';
import { Accumulator } from '../../../exporter/netns/accumulator.ts';

const sources = (all: Record<string, [owner: string, count: number]>) =>
  new Map(Object.entries(all).map(([name, [owner, count]]) => [name, { owner, counts: [count] }]));

describe('Accumulator', () => {
  it('sums the sources of an owner', () => {
    const totals = new Accumulator('').advance(sources({ a: ['', 5], b: ['', 2], c: ['pod', 7] }));
    expect([...totals]).to.deep.equal([
      ['', [7]],
      ['pod', [7]],
    ]);
  });

  it("keeps the host's share of a namespace that ends, and forgets a pod with its last one", () => {
    const accumulator = new Accumulator('');
    accumulator.advance(sources({ a: ['', 5], b: ['', 2], c: ['pod', 7], d: ['pod', 1] }));
    expect([...accumulator.advance(sources({ a: ['', 6], c: ['pod', 7] }))]).to.deep.equal([
      ['', [8]],
      ['pod', [8]],
    ]);
    expect([...accumulator.advance(sources({ a: ['', 6] }))]).to.deep.equal([['', [8]]]);
    expect([...accumulator.advance(sources({ a: ['', 6], c: ['pod', 7] }))][1]).to.deep.equal(['pod', [7]]);
  });

  it('takes a lower counter for another source of the same name', () => {
    const accumulator = new Accumulator('');
    accumulator.advance(sources({ a: ['', 100] }));
    expect([...accumulator.advance(sources({ a: ['', 3] }))]).to.deep.equal([['', [103]]]);
  });

  it('leaves a source that could not be read as it was', () => {
    const accumulator = new Accumulator('');
    accumulator.advance(sources({ a: ['pod', 100] }));
    expect([...accumulator.advance(sources({}), ['a', 'unknown'])]).to.deep.equal([['pod', [100]]]);
    expect([...accumulator.advance(sources({ a: ['pod', 101] }))]).to.deep.equal([['pod', [101]]]);
  });

  it('leaves to the host what a namespace counted before it became a pod’s', () => {
    const accumulator = new Accumulator('');
    accumulator.advance(sources({ a: ['', 4] }));
    expect([...accumulator.advance(sources({ a: ['pod', 9] }))]).to.deep.equal([
      ['', [4]],
      ['pod', [5]],
    ]);
  });

  it('never lets a sum fall while its owner is there', () => {
    const moment = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.tuple(fc.constantFrom('', 'pod'), fc.nat(50)),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 12 }), (moments) => {
        const accumulator = new Accumulator('');
        let before = new Map<string, number>();
        for (const now of moments) {
          const totals = accumulator.advance(sources(now));
          const after = new Map([...totals].map(([owner, [count = 0]]) => [owner, count]));
          for (const [owner, count] of after) expect(count).to.be.at.least(before.get(owner) ?? 0);
          before = after;
        }
      }),
    );
  });
});
