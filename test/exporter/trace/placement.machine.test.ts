import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { removeStaleInstances } from '../../../exporter/trace/ring/stale.ts';
import { Agent } from './support/agent.ts';
import { useKernel } from './support/kernel.ts';
import { cloneIntoCgroup, execs, perlIn, settled } from './support/processes.ts';
import { execsByCgroup, useSource } from './support/source.ts';

/** A program that no other test runs meanwhile. */
const TRUE = join(mkdtempSync(join(tmpdir(), 'kubevigil-test-')), 'true');

describe('where a process is, on this kernel', () => {
  before(() => copyFileSync('/bin/true', TRUE));
  after(() => rmSync(dirname(TRUE), { recursive: true }));
  const kernel = useKernel();
  const open = useSource(kernel);

  function instances(): string[] {
    const names = readdirSync(join(kernel().tracefs, 'instances'));
    return names.filter((name) => name.startsWith(kernel().prefix));
  }

  it('finds children that were cloned straight into a cgroup', async () => {
    const [from, into] = [kernel().makeCgroup('from'), kernel().makeCgroup('into')];
    const source = open();
    await perlIn(from, cloneIntoCgroup(12, 0.2, TRUE), [into]);
    await settled();
    const counts = execsByCgroup(kernel(), source.drain(), TRUE);
    expect(counts).to.deep.equal({ '/into': 12 });
  });

  it('says so, and guesses nothing, when such children were gone too soon', async () => {
    const [from, into] = [kernel().makeCgroup('from-brief'), kernel().makeCgroup('into-brief')];
    const source = open();
    await perlIn(from, cloneIntoCgroup(300, 0, TRUE), [into]);
    await settled();
    const { '/into-brief': found = 0, unknown = 0, ...wrong } = execsByCgroup(kernel(), source.drain(), TRUE);
    expect(wrong).to.deep.equal({});
    expect(found + unknown).to.equal(300);
    expect(source.stats().unattributed).to.be.at.least(unknown);
  });

  it('follows a process from cgroup to cgroup, with its threads and children', async () => {
    const [one, two] = [kernel().makeCgroup('one'), kernel().makeCgroup('two')];
    const source = open();
    const move = 'my $t = shift; open(G, ">", "$t/cgroup.procs") or die; print G $$; close G;';
    await perlIn(one, `${execs(3, TRUE)} ${move} ${execs(4, TRUE)}`, [two]);
    await settled();
    expect(execsByCgroup(kernel(), source.drain(), TRUE)).to.deep.equal({ '/one': 3, '/two': 4 });
  });

  it('knows where the processes are that were there before it', async () => {
    const old = kernel().makeCgroup('old');
    const running = perlIn(old, `select(undef, undef, undef, 0.5); ${execs(5, TRUE)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const source = open();
    await running;
    await settled();
    expect(execsByCgroup(kernel(), source.drain(), TRUE)).to.deep.equal({ '/old': 5 });
  });

  it('states paths from the root of the hierarchy, also from inside a private cgroup namespace', async () => {
    const [inside, beside] = [kernel().makeCgroup('inside'), kernel().makeCgroup('beside')];
    const go = join(mkdtempSync(join(tmpdir(), 'kubevigil-test-')), 'go');
    const wait = 'my $go = shift; select(undef, undef, undef, 0.05) until -e $go;';
    const running = perlIn(beside, `${wait} ${execs(6, TRUE)}`, [go]);
    const agent = await Agent.start(kernel(), inside, ['unshare', '-C']);
    try {
      writeFileSync(go, '');
      await perlIn(inside, execs(7, TRUE));
      await perlIn(kernel().cgroup, cloneIntoCgroup(5, 0.2, TRUE), [beside]);
      await running;
      await settled();
      const counts = execsByCgroup(kernel(), await agent.drain(), TRUE);
      expect(counts).to.deep.equal({ '/inside': 7, '/beside': 11 });
    } finally {
      writeFileSync(go, '');
      await agent.end();
      rmSync(dirname(go), { recursive: true });
    }
  });

  it('leaves nothing behind but what the next start removes, even when killed', async () => {
    const agent = await Agent.start(kernel(), kernel().cgroup);
    const before = instances();
    expect(before).to.have.length(2);
    const { tracefs, prefix } = kernel();
    const soon = Date.now() + 6000;
    expect(removeStaleInstances(tracefs, prefix, soon), 'in use').to.deep.equal([]);
    await agent.end('SIGKILL');
    expect(instances()).to.have.members(before);
    expect(removeStaleInstances(tracefs, prefix), 'too young').to.deep.equal([]);
    expect(removeStaleInstances(tracefs, prefix, soon)).to.have.members(before);
    expect(instances()).to.deep.equal([]);
  });

  it('leaves nothing behind when ended', async () => {
    const agent = await Agent.start(kernel(), kernel().cgroup);
    await agent.end();
    expect(instances()).to.deep.equal([]);
  });
});
