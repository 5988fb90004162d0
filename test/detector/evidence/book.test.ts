import { expect } from 'chai';
import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { EvidenceBook } from '../../../detector/evidence/book.ts';
import { EVENT } from './support/event.ts';

const event = (own: Partial<typeof EVENT>) => ({ ...EVENT, ...own });
const node = (name: string) => ({ cluster: null, node: name });
const all = (book: EvidenceBook, name: string) => book.within(node(name), 0, Number.MAX_SAFE_INTEGER);

describe('detector/evidence: the book', () => {
  it('has the records of a node within a time, in its order, each once', () => {
    const book = new EvidenceBook();
    for (const [id, timeMs, of] of [
      ['1-3', 30, 'a'],
      ['1-1', 10, 'a'],
      ['1-2', 20, 'a'],
      ['1-2', 20, 'a'],
      ['1-2', 20, 'b'],
      ['1-4', 40, 'a'],
    ] as const)
      book.add(event({ id, timeMs, node: of }));
    expect(book.within(node('a'), 10, 30).map(({ id }) => id)).to.deep.equal(['1-1', '1-2', '1-3']);
    expect(book.within(node('none'), 10, 30)).to.deep.equal([]);
  });

  it('has of a pod what is its own', () => {
    const book = new EvidenceBook();
    for (const [id, namespace, pod] of [
      ['1-1', 'shop', 'web'],
      ['1-2', 'bank', 'web'],
      ['1-3', '', ''],
    ] as const)
      book.add(event({ id, namespace, pod }));
    const own = { ...node('a'), namespace: 'shop', pod: 'web' };
    expect(book.within(own, 0, Number.MAX_SAFE_INTEGER).map(({ id }) => id)).to.deep.equal(['1-1']);
  });

  it('a node that is loud loses its own oldest records, not those of others', () => {
    const book = new EvidenceBook(100_000);
    book.add(event({ id: '1-0', node: 'quiet' }));
    for (let i = 1; i <= 5_000; i++) book.add(event({ id: `1-${i}`, node: 'loud', timeMs: i }));
    expect(all(book, 'quiet')).to.have.length(1);
    expect(book.within(node('loud'), 5_000, 5_000)).to.have.length(1);
    expect(book.within(node('loud'), 1, 1)).to.have.length(0);
  });

  it('never holds more than it may, whatever comes', () => {
    const one = record({
      node: constantFrom('a', 'b', 'c', 'd'),
      number: integer({ min: 0, max: 50 }),
      length: integer({ min: 0, max: 20_000 }),
    });
    assert(
      property(array(one, { maxLength: 60 }), (drawn) => {
        const book = new EvidenceBook(8_000);
        for (const { node: of, number, length } of drawn) {
          book.add(event({ node: of, id: `1-${number}`, details: 'x'.repeat(length) }));
          expect(book.characters).to.be.within(0, 8_000);
          for (const { details } of all(book, of)) expect(details.length).to.be.at.most(2_001);
        }
      }),
    );
  });
});
