import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../../exporter/base/errors.ts';
import type { PageLayout } from '../../../../exporter/trace/ring/format.ts';
import { PageCursor } from '../../../../exporter/trace/ring/page.ts';
import { recordedPages } from '../support/fixtures.ts';
import { head, LAYOUT, page, words } from '../support/pages.ts';

const MISSED = 0x80000000;
const STORED = 0x40000000;

function walk(bytes: Buffer, layout: PageLayout = LAYOUT) {
  const cursor = new PageCursor(layout, 'page');
  bytes.copy(cursor.page);
  cursor.load(bytes.length);
  const records: [time: number, data: string][] = [];
  while (cursor.next()) {
    records.push([cursor.time, cursor.page.toString('hex', cursor.start, cursor.start + cursor.length)]);
  }
  return { records, missed: cursor.missed };
}

describe('a ring-buffer page', () => {
  it('gives small records, and one that states its size, with their times', () => {
    const large = Buffer.alloc(120, 7);
    const bytes = page(1000n, [
      head(1, 0),
      words(0x01020304),
      head(0, 5),
      words(124),
      large,
      head(2, 3),
      words(1, 2),
    ]);
    expect(walk(bytes).records).to.deep.equal([
      [1000, '04030201'],
      [1005, large.toString('hex')],
      [1008, '0100000002000000'],
    ]);
  });

  it('passes over discarded records but counts their time, and ends at the padding of the rest', () => {
    const discarded = [head(29, 10), words(8), words(0)];
    const bytes = page(1n, [
      head(1, 1),
      words(1),
      ...discarded,
      head(1, 4),
      words(2),
      head(29, 0),
      words(0, 0, 0),
    ]);
    expect(walk(bytes).records).to.deep.equal([
      [2, '01000000'],
      [16, '02000000'],
    ]);
  });

  it('extends the time beyond 27 bits', () => {
    const bytes = page(5n, [head(30, 7), words(3), head(1, 1), words(9)]);
    expect(walk(bytes).records).to.deep.equal([[5 + 3 * 2 ** 27 + 7 + 1, '09000000']]);
  });

  it('sets the time by an absolute stamp, whose upper bits are the page’s', () => {
    const stamp = (base: bigint, time: bigint) => {
      const low = time % 2n ** 59n;
      return page(base, [head(31, Number(low % 2n ** 27n)), words(Number(low >> 27n)), head(1, 2), words(9)]);
    };
    expect(walk(stamp(10n, 4_000_000_000_000n)).records).to.deep.equal([[4_000_000_000_002, '09000000']]);
    const high = 2n ** 60n + 7n;
    expect(walk(stamp(high, high + 1000n)).records[0]?.[0]).to.equal(Number(high + 1002n));
    const wrapping = 2n ** 60n - 5n;
    expect(walk(stamp(wrapping, 2n ** 60n + 5n)).records[0]?.[0]).to.equal(Number(2n ** 60n + 7n));
  });

  it('tells how many records were overwritten before it', () => {
    const parts = [head(1, 0), words(1)];
    expect(walk(page(0n, parts)).missed).to.equal(0);
    expect(walk(page(0n, parts, { flags: MISSED })).missed).to.equal('unknown');
    const stored = { flags: MISSED | STORED, after: words(17, 0) };
    expect(walk(page(0n, parts, stored)).missed).to.equal(17);
    expect(walk(page(0n, parts, { flags: MISSED | STORED })).missed, 'no room for the count').to.equal(
      'unknown',
    );
  });

  it('reads the layout of a 32-bit kernel', () => {
    const layout = { timestamp: 0, commit: 8, longBytes: 4, data: 12, pageBytes: 4096 };
    const options = { layout, flags: MISSED | STORED, after: words(4) };
    const found = walk(page(3n, [head(1, 1), words(6)], options), layout);
    expect(found).to.deep.equal({ records: [[4, '06000000']], missed: 4 });
  });

  const bad: [string, Buffer][] = [
    ['more committed than was read', page(0n, [head(1, 0), words(1)]).subarray(0, 20)],
    ['a record past what was committed', page(0n, [head(3, 0), words(1)])],
    ['a size below its own word', page(0n, [head(0, 0), words(3)])],
    ['a size beyond the page', page(0n, [head(0, 0), words(0xffffffff)])],
    ['an extension without its second word', page(0n, [head(30, 1)])],
    ['less than a header', Buffer.alloc(3)],
  ];
  for (const [what, bytes] of bad) {
    it(`refuses ${what}`, () => {
      expect(() => walk(bytes))
        .to.throw(SourceError)
        .with.property('code', 'malformed');
    });
  }

  it('never hangs nor throws anything else, whatever bytes it is given', () => {
    const recorded = fc.constantFrom(...recordedPages().map(({ bytes }) => bytes));
    const change = fc.record({ at: fc.nat(4095), byte: fc.nat(255) });
    fc.assert(
      fc.property(recorded, fc.array(change, { maxLength: 40 }), (original, changes) => {
        const bytes = Buffer.from(original);
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        try {
          const { records } = walk(bytes);
          expect(records.length).to.be.at.most(bytes.length / 4);
        } catch (error) {
          expect(error).to.be.instanceOf(SourceError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
