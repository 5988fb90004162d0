import { expect } from 'chai';
import fc from 'fast-check';
import {
  formatTime,
  LATEST_MS,
  nextUtcDay,
  noTime,
  parseRfc3339,
  parseTime,
  unlikelyNumber,
  utcDay,
} from '../../common/times.ts';

const NOON = Date.UTC(2026, 2, 29, 12);

describe('common/times', () => {
  const instants: readonly (readonly [string, number | undefined])[] = [
    ['2026-03-29T12:00:00Z', NOON],
    ['2026-03-29t12:00:00z', NOON],
    ['2026-03-29T12:00:00.250Z', NOON + 250],
    ['2026-03-29T12:00:00.123456789Z', NOON + 123],
    ['2026-03-29T14:00:00+02:00', NOON],
    ['2026-03-29T03:30:00-08:30', NOON],
    ['2026-03-29T12:00:00', undefined],
    ['2026-03-29', undefined],
    ['2026-02-30T12:00:00Z', undefined],
    ['2026-13-01T12:00:00Z', undefined],
    ['2026-03-29T25:00:00Z', undefined],
    ['2026-03-29T12:00:00+24:00', undefined],
    ['yesterday', undefined],
    ['9999-12-31T23:59:59.999Z', LATEST_MS],
    ['9999-12-31T23:59:59.999-00:01', undefined],
    ['0000-01-01T00:00:00+00:01', undefined],
    ['10000-01-01T00:00:00Z', undefined],
  ];
  for (const [text, ms] of instants) {
    it(`reads ${text} as ${ms}`, () => expect(parseRfc3339(text)).to.equal(ms));
  }

  it('reads Unix seconds, and durations back from now', () => {
    expect(parseTime('1774785600', 0)).to.equal(NOON);
    expect(parseTime('1774785600.5', 0)).to.equal(NOON + 500);
    expect(parseTime('1h30m', NOON)).to.equal(NOON - 5_400_000);
    expect(parseTime('now', NOON)).to.equal(NOON);
    expect(parseTime('soon', NOON)).to.equal(undefined);
  });

  it('reads no time that RFC 3339 could not write', () => {
    expect(parseTime('253402300799', 0)).to.equal(LATEST_MS - 999);
    for (const text of ['253402300800', '1774785600000', '1774785600000000', '9'.repeat(400)])
      expect(parseTime(text, 0), text).to.equal(undefined);
  });

  const numbers: [text: string, unit: 'seconds' | 'milliseconds', message: string][] = [
    [
      '1774785600000',
      'seconds',
      '1774785600000 in seconds would be the year 58210: if it is in milliseconds (2026-03-29T12:00:00.000Z), write 1774785600',
    ],
    [
      '1774785600000000',
      'milliseconds',
      '1774785600000000 in milliseconds would be the year 58210: if it is in microseconds (2026-03-29T12:00:00.000Z), write 1774785600000',
    ],
    [
      '1774785600000000500',
      'milliseconds',
      ': if it is in nanoseconds (2026-03-29T12:00:00.000Z), write 1774785600000',
    ],
    [
      '1774785600',
      'milliseconds',
      '1774785600 in milliseconds would be 1970-01-21T12:59:45.600Z: if it is in seconds (2026-03-29T12:00:00.000Z), write 1774785600000',
    ],
    ['253402300800000', 'milliseconds', 'would be the year 10000: write milliseconds since 1970'],
    [
      '9'.repeat(13),
      'seconds',
      'would be the year 318857: write seconds since 1970, at most of the year 9999, or RFC 3339',
    ],
    ['9'.repeat(400), 'milliseconds', 'would be no year at all'],
  ];
  for (const [text, unit, message] of numbers)
    it(`says what ${text.slice(0, 20)} in ${unit} would be`, () =>
      expect(unlikelyNumber(text, unit)).to.contain(message));

  it('gives an advice that is followed to the moment that was meant, whatever the unit', () => {
    const factors = fc.constantFrom(1, 1_000, 1_000_000);
    fc.assert(
      fc.property(fc.integer({ min: 946_684_800, max: 4_102_444_799 }), factors, (seconds, factor) => {
        const text = String(BigInt(seconds) * 1000n * BigInt(factor));
        expect(parseTime(text, 0)).to.equal(undefined);
        const advice = noTime(text).split('write ').at(-1) ?? '';
        expect(parseTime(advice, 0)).to.equal(seconds * 1000);
      }),
    );
  });

  it('reads whole milliseconds', () => {
    const digits = fc
      .tuple(fc.nat(253_402_300_799), fc.nat(999_999_999))
      .map(([s, n]) => `${s}.${String(n).padStart(9, '0')}`);
    fc.assert(
      fc.property(digits, (text) => {
        const ms = parseTime(text, 0);
        expect(ms === undefined || Number.isSafeInteger(ms)).to.equal(true);
        expect(parseRfc3339(formatTime(ms ?? 0))).to.equal(ms ?? 0);
      }),
    );
  });

  it('knows UTC days on any machine', () => {
    expect(formatTime(NOON)).to.equal('2026-03-29T12:00:00.000Z');
    expect(utcDay(Date.UTC(2026, 2, 29, 23, 59, 59, 999))).to.equal('2026-03-29');
    expect(nextUtcDay(NOON)).to.equal(Date.UTC(2026, 2, 30));
    expect(nextUtcDay(Date.UTC(2026, 2, 30))).to.equal(Date.UTC(2026, 2, 31));
  });
});
