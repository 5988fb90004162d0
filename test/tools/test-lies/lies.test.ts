import { expect } from 'chai';
import fc from 'fast-check';
import { parseLine } from '../../../detector/stream/records.ts';
import { type HonestRow, LIES, lineOf } from '../../../tools/test-lies/lies.ts';

const COLUMNS = ['a', 'b', 'c'];
const NOW_MS = Date.UTC(2026, 2, 28);
/** More is refused before anybody reads it. */
const LONGEST_LINE = 1 << 20;

const rows: fc.Arbitrary<HonestRow> = fc.record({
  node: fc.constantFrom('node-1', '__proto__', 'constructor', 'a"b\\c', 'ünïcode'),
  timeMs: fc.integer({ min: NOW_MS - 3_600_000, max: NOW_MS }),
  cells: fc.record({ a: fc.option(fc.double({ noNaN: true })), b: fc.constant(1), c: fc.constant(null) }),
});

describe('lies of a stream', () => {
  it('are about rows that are taken', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const { record } = parseLine(lineOf(row), COLUMNS, 'node', NOW_MS);
        expect(record).to.deep.include({ type: 'row', timeMs: row.timeMs });
      }),
    );
  });

  for (const { name, reason, lines } of LIES)
    it(`${name}: ${reason ?? 'nothing that is to be counted'}`, () => {
      fc.assert(
        fc.property(rows, (row) => {
          const told = lines(row);
          expect(told).not.to.have.length(0);
          for (const line of told) {
            if (reason === 'size') {
              expect(Buffer.byteLength(line)).to.be.greaterThan(LONGEST_LINE);
              continue;
            }
            expect(Buffer.byteLength(line)).to.be.at.most(LONGEST_LINE);
            if (line === '') continue;
            const { record } = parseLine(line, COLUMNS, 'node', NOW_MS);
            if (reason === 'repeated')
              expect(record.type === 'row' && record.timeMs).to.be.lessThan(row.timeMs - 15_000);
            else if (reason === undefined) expect(record.type).to.be.oneOf(['other', 'gap']);
            else expect(record, line.slice(0, 80)).to.deep.include({ type: 'refused', reason });
          }
        }),
        { numRuns: 5 },
      );
    });
});
