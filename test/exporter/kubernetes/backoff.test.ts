import { expect } from 'chai';
import { Backoff } from '../../../exporter/kubernetes/backoff.ts';

describe('Backoff', () => {
  it('doubles up to the longest wait, out of step, until it is reset', () => {
    const backoff = new Backoff(100, 1_000);
    for (const round of [1, 2]) {
      for (const expected of [100, 200, 400, 800, 1_000, 1_000]) {
        const ms = backoff.next();
        expect(ms, `round ${round}`).to.be.within(expected * 0.5, expected * 1.5);
      }
      backoff.reset();
    }
    const first = Array.from({ length: 20 }, () => new Backoff(100, 1_000).next());
    expect(new Set(first).size).to.be.greaterThan(1);
  });
});
