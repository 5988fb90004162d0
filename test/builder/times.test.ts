import { expect } from 'chai';
import { formatTime, nextUtcDay, parseRfc3339, parseTime, utcDay } from '../../builder/times.ts';

const NOON = Date.UTC(2026, 2, 29, 12);

describe('builder/times', () => {
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

  it('knows UTC days on any machine', () => {
    expect(formatTime(NOON)).to.equal('2026-03-29T12:00:00.000Z');
    expect(utcDay(Date.UTC(2026, 2, 29, 23, 59, 59, 999))).to.equal('2026-03-29');
    expect(nextUtcDay(NOON)).to.equal(Date.UTC(2026, 2, 30));
    expect(nextUtcDay(Date.UTC(2026, 2, 30))).to.equal(Date.UTC(2026, 2, 31));
  });
});
