import { expect } from 'chai';
import { useKernel } from './support/kernel.ts';
import { execs, perlIn, settled } from './support/processes.ts';
import { execsByCgroup, useSource } from './support/source.ts';

const TRUE = '/bin/true';

describe('the exec source on this kernel', function () {
  this.timeout(120_000);
  const kernel = useKernel();
  const open = useSource(kernel);

  it('counts each of 30,000 short execs in its cgroup', async () => {
    const cgroups = ['a', 'b', 'c', 'd', 'e'].map((name) => kernel().makeCgroup(name));
    const source = open();
    await Promise.all(cgroups.map((cgroup) => perlIn(cgroup, execs(6000, TRUE))));
    await settled();
    const counts = execsByCgroup(kernel(), source.drain(), TRUE);
    expect(counts).to.deep.equal({ '/a': 6000, '/b': 6000, '/c': 6000, '/d': 6000, '/e': 6000 });
    const { lost, unattributed, execs: all, startsObserved } = source.stats();
    expect({ lost, unattributed }).to.deep.equal({ lost: 0, unattributed: 0 });
    expect(all).to.be.at.least(30_000);
    expect(startsObserved).to.be.at.least(30_000);
  });
});
