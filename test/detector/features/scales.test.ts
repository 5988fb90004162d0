import { expect } from 'chai';
import { randomFrom } from '../../../common/random.ts';
import { FleetScales } from '../../../detector/features/scales.ts';

const random = randomFrom(3);
/** About normally distributed, with a standard deviation of 1. */
const noise = () => Array.from({ length: 12 }, random).reduce((a, b) => a + b, -6);

function scale(normal: readonly number[], attack: readonly number[] = []): number | undefined {
  const scales = new FleetScales(1);
  for (const value of normal) scales.add(Float64Array.of(value), true);
  for (const value of attack) scales.add(Float64Array.of(value), false);
  return scales.scales()[0];
}

describe('what a usual distance is', () => {
  it('is about a standard deviation, whatever a tenth of the rows does', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => (i % 25 === 0 ? 1e9 : 3 * noise()));
    expect(scale(rows)).to.be.within(2.8, 3.6);
  });

  it('is not 0 for a column that mostly stays where it is', () => {
    expect(scale(Array.from({ length: 1_000 }, (_, i) => (i % 5 === 0 ? 2 : 0)))).to.be.within(0.3, 1);
    expect(scale(Array.from({ length: 1_000 }, (_, i) => (i % 100 === 0 ? 2 : 0)))).to.be.within(0.1, 1);
  });

  it('is the grain of a column that moves in attacks alone, and none of one that never moves', () => {
    expect(scale([0, 0, 0], [0, -5, 0.25])).to.equal(0.25);
    expect(scale([0, 0, 0], [0])).to.equal(undefined);
    expect(scale([Number.NaN])).to.equal(undefined);
  });
});
