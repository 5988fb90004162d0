import { expect } from 'chai';
import fc from 'fast-check';
import { byMinute, flatness, latencies } from '../../../tools/test-siege/figures.ts';

/** A sample each six seconds, with a start that grows, noise, and a slope in MiB a minute. */
function samples(minutes: number, slope: number, noise: readonly number[]) {
  return Array.from({ length: minutes * 10 }, (_, i) => {
    const minute = i / 10;
    const start = 40 * (1 - Math.exp(-minute));
    return { minute, mebibytes: 70 + start + slope * minute + (noise[i % noise.length] ?? 0) };
  });
}

describe('figures of a siege', () => {
  const noise = fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 7, maxLength: 40 });

  it('call memory flat whatever its start, its noise and one spike, and growth growth', () => {
    fc.assert(
      fc.property(noise, fc.nat({ max: 249 }), (heap, at) => {
        const flat = samples(30, 0, heap);
        flat[50 + at] = { minute: (50 + at) / 10, mebibytes: 250 };
        expect(flatness(flat).isFlat).to.equal(true);
        expect(flatness(samples(30, 0.6, heap)).isFlat).to.equal(false);
      }),
      { numRuns: 10 },
    );
  });

  it('do not judge what was too short', () => {
    expect(flatness(samples(8, 9, [0])).isFlat).to.equal(undefined);
    expect(flatness([]).isFlat).to.equal(undefined);
  });

  it('show the most of each minute, and scrapes by how long they took', () => {
    expect(byMinute(samples(2, 0, [0, 5])).map(Math.round)).to.deep.equal([99, 109]);
    const scrapes = [1, 2, 3, 10_000].map((ms) => ({ atMs: 0, ms, failure: ms > 9 ? 'late' : undefined }));
    expect(latencies(scrapes)).to.deep.equal({
      ...{ scrapes: 4, failed: 1, 'p50 ms': 3, 'p99 ms': 10_000, 'max ms': 10_000 },
    });
  });
});
