import { expect } from 'chai';
import { MEASURE, planOf, shortName, tierOf } from '../../../tools/run-tests/tiers.ts';

describe('the plan of a test run', () => {
  it('has files beside each other, one at a time beside them, and alone', () => {
    const [measuring = ''] = Object.keys(MEASURE);
    const names = ['b/pure', 'a/pure', 'x.real', 'mounts.machine', measuring];
    const files = names.map((name) => `/checkout/dist/test/${name}.test.js`);
    const { together, oneAtATime, alone } = planOf(files);
    expect(together.map(shortName)).to.deep.equal(['x.real', 'a/pure', 'b/pure']);
    expect(oneAtATime.map(shortName)).to.deep.equal(['mounts.machine']);
    expect(alone.map(shortName)).to.deep.equal([measuring]);
  });

  it('goes by names of sources and of what is compiled of them', () => {
    expect(shortName('test/a/b.real.test.ts')).to.equal('a/b.real');
    expect(shortName('dist/test/a/b.real.test.js')).to.equal('a/b.real');
    expect(tierOf('test/a.test.ts')).to.equal('pure');
  });
});
