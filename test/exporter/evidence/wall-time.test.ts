import { expect } from 'chai';
import fc from 'fast-check';
import { rfc3339, rfc3339Of, rfc3339OfNs, WallTime } from '../../../exporter/evidence/wall-time.ts';

describe('evidence: times', () => {
  it('are those of the wall clock at moments of the monotonic one, to the nanosecond', () => {
    const times = new WallTime(
      () => ({ wallMs: 1_790_000_000_123, monotonicNs: 5_000_000_000 }),
      1_790_000_000_123.25,
    );
    expect(times.at(5_000_000_000)).to.equal('2026-09-21T14:13:20.123250000Z');
    expect(times.at(4_999_999_999)).to.equal('2026-09-21T14:13:20.123249999Z');
    expect(times.at(3_000_000_001)).to.equal('2026-09-21T14:13:18.123250001Z');
  });

  it('follow a clock that is set, and no jitter of a millisecond', () => {
    let wallMs = 1_790_000_000_000;
    const times = new WallTime(() => ({ wallMs, monotonicNs: 7_000_000 }), wallMs);
    wallMs += 1;
    expect(times.at(7_000_000)).to.equal('2026-09-21T14:13:20.000000000Z');
    wallMs += 3_600_000;
    expect(times.at(7_000_000)).to.match(/^2026-09-21T15:13:20\.00[01]/);
    wallMs -= 7_200_000;
    expect(times.at(7_000_000)).to.match(/^2026-09-21T13:13:20\.00[01]/);
  });

  it('of moments that were taken before stay what they were', () => {
    let monotonicNs = 1_000_000;
    const times = new WallTime(() => ({ wallMs: 1_790_000_000_000, monotonicNs }), 1_790_000_000_000);
    const moment = times.moment();
    monotonicNs += 1_000_000;
    expect(moment()).to.equal('2026-09-21T14:13:20.000000000Z');
  });

  it('are read off the beginning of lines, in any zone and of any precision', () => {
    const cases = {
      '2026-11-23T14:00:00.123456789Z': '2026-11-23T14:00:00.123456789Z',
      '2026-11-23T14:00:00.1+02:00': '2026-11-23T12:00:00.100000000Z',
      '2026-11-23T14:00:00+0530 node sshd[7]: x': '2026-11-23T08:30:00.000000000Z',
      'Nov 23 14:00:00 node sshd[7]: x': undefined,
      '2026-11-23T14:00:00 no zone': undefined,
      '2026-13-23T14:00:00Z': undefined,
      '2026-11-23T14:00:00Zx': undefined,
      '': undefined,
    };
    for (const [text, time] of Object.entries(cases)) expect(rfc3339Of(text), text).to.equal(time);
  });

  it('have nine digits, and are what they were written as', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n }), (ns) => {
        const text = rfc3339OfNs(ns);
        expect(text).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
        expect(BigInt(Date.parse(text)) * 1_000_000n + (ns % 1_000_000n)).to.equal(ns);
        expect(rfc3339Of(text)).to.equal(text);
      }),
    );
    expect(rfc3339(1, -1)).to.equal('1970-01-01T00:00:00.000999999Z');
  });
});
