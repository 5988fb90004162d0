import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SourceError } from '../../../../exporter/base/errors.ts';
import type { ExecEvent } from '../../../../exporter/trace/events/events.ts';
import { waitFor } from '../../../../tools/programs/wait.ts';
import { useKernel } from '../support/kernel.ts';
import { execs, JOIN, perlIn, settled } from '../support/processes.ts';
import { execsByCgroup, useSource } from '../support/source.ts';

const TRUE = '/bin/true';

describe('the exec source on this kernel', () => {
  const kernel = useKernel();
  const open = useSource(kernel);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubevigil-execs-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  it('counts each of 30,000 short execs in its cgroup', async () => {
    const cgroups = ['a', 'b', 'c', 'd', 'e'].map((name) => kernel().makeCgroup(name));
    const source = open();
    await Promise.all(cgroups.map((cgroup) => perlIn(cgroup, execs(6000, TRUE))));
    await settled();
    const counts = execsByCgroup(kernel(), source.drain(), TRUE);
    expect(counts).to.deep.equal({ '/a': 6000, '/b': 6000, '/c': 6000, '/d': 6000, '/e': 6000 });
    const { lost, execs: all, startsObserved } = source.stats();
    expect(lost).to.equal(0);
    expect(all).to.be.at.least(30_000);
    expect(startsObserved).to.be.at.least(30_000);
  });

  it('counts what the kernel could not store, and never in a wrong cgroup', async () => {
    const cgroups = ['small', 'tiny'].map((name) => kernel().makeCgroup(name));
    const source = open({ bufferKb: 32 });
    const count = 800;
    // Synchronous, so that nothing is read meanwhile.
    for (const cgroup of cgroups) spawnSync('perl', ['-e', JOIN + execs(count, TRUE), cgroup]);
    await settled();
    const first = execsByCgroup(kernel(), source.drain(), TRUE);
    const seen = Object.values(first).reduce((sum, n) => sum + n, 0);
    const { lost = 0 } = source.stats();
    expect(seen).to.be.below(2 * count);
    expect(seen + lost).to.be.at.least(2 * count);

    for (const cgroup of cgroups) await perlIn(cgroup, execs(10, TRUE));
    await settled();
    const then = execsByCgroup(kernel(), source.drain(), TRUE);
    expect(then, 'after the loss').to.deep.equal({ '/small': 10, '/tiny': 10 });
  });

  it('resolves a relative path while the process lives, be it a program or a script', async () => {
    const source = open();
    copyFileSync('/bin/sleep', join(folder, 'nap'));
    const script =
      'printf "#!/bin/sh\\nsleep 2\\n" > s.sh; chmod +x s.sh; ./nap 2 & ./s.sh & ./nap 0; sleep 0.05';
    const done = perlIn(kernel().cgroup, 'exec "sh", "-c", $ARGV[0]', [`cd ${folder}; ${script}; wait`]);
    const found: ExecEvent[] = [];
    await waitFor('all three to be started', () => {
      for (const event of source.drain()) {
        if (event.kind === 'exec' && event.path?.startsWith('./')) found.push(event);
      }
      return found.length >= 3;
    });
    await done;
    const paths = found.map(({ path, absolutePath }) => [path, absolutePath]);
    expect(paths).to.deep.include(['./nap', join(folder, 'nap')]);
    expect(paths).to.deep.include(['./s.sh', join(folder, 's.sh')]);
  });

  it('resolves a relative path of one that is gone when it is asked for', async () => {
    const source = open();
    copyFileSync('/bin/sleep', join(folder, 'brief'));
    const cgroup = kernel().makeCgroup('brief');
    for (let i = 0; i < 5; i += 1) await perlIn(cgroup, 'chdir shift; exec "./brief", "0.2"', [folder]);
    await settled();
    const own = source.drain().filter((event) => event.cgroup?.path.endsWith('/brief'));
    const paths = own.map((event) => (event.kind === 'exec' ? event.absolutePath : ''));
    expect(paths).to.have.length(5);
    // A machine too busy to look within 100 ms tells none; a wrong one it never tells.
    for (const path of paths) expect(path).to.be.oneOf([join(folder, 'brief'), undefined]);
    expect(paths).to.include(join(folder, 'brief'));
  });

  it('gives one canonical path to all spellings of it, also of programs that are gone at once', async () => {
    const source = open();
    const at = join(folder, 'spelt');
    copyFileSync(TRUE, at);
    const spellings = [
      `/${at}`,
      `/.${at}`,
      `/usr/..${at}`,
      `/proc/self/root${at}`,
      `/proc/thread-self/root/${at}`,
    ];
    const cgroup = kernel().makeCgroup('spelt');
    for (const path of spellings) await perlIn(cgroup, execs(20, path));
    await settled();
    const own = source.drain().filter((event) => event.cgroup?.path.endsWith('/spelt'));
    const paths = own.flatMap((event) => (event.kind === 'exec' ? [event.absolutePath] : []));
    expect(paths.filter((path) => path === at)).to.have.length(20 * spellings.length);
  });

  it('presumes of a relative path of one that is gone that it worked where its maker did', async () => {
    const source = open();
    copyFileSync(TRUE, join(folder, 'gone'));
    const cgroup = kernel().makeCgroup('gone');
    await perlIn(cgroup, `chdir shift; ${execs(200, './gone')} sleep 2`, [folder]);
    const own = source.drain().filter((event) => event.cgroup?.path.endsWith('/gone'));
    const starts = own.flatMap((event) => (event.kind === 'exec' && event.path === './gone' ? [event] : []));
    expect(starts).to.have.length(200);
    for (const { absolutePath, presumedPath } of starts)
      expect(absolutePath ?? presumedPath).to.be.oneOf([join(folder, 'gone'), undefined]);
    const told = starts.filter(
      ({ absolutePath, presumedPath }) => (absolutePath ?? presumedPath) !== undefined,
    );
    expect(told.length).to.be.above(0);
  });

  it('goes on counting when relative paths come by the hundreds', async () => {
    const source = open();
    const cgroup = kernel().makeCgroup('flood');
    await perlIn(cgroup, `chdir "/bin"; ${execs(1500, './true')}`);
    await settled();
    expect(execsByCgroup(kernel(), source.drain(), './true')).to.deep.equal({ '/flood': 1500 });
    expect(source.stats().lost).to.equal(0);
  });

  it('keeps hostile names as they are and counts each', async () => {
    const source = open();
    const names = [
      'new\nline',
      'x\n  sh-1 [000] ..... 1.000000: sched_process_exec: filename=/forged pid=1 old_pid=1\n',
      '"quoted" \\ # TYPE kubevigil_forged counter',
      '\xff\xfe\x80 not UTF-8',
      'x\n1.0: task_new',
    ];
    const cgroup = kernel().makeCgroup('hostile');
    for (const name of names) {
      const path = Buffer.from(`${folder}/${name}`, 'latin1');
      mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true });
      copyFileSync('/bin/true', path);
      await perlIn(cgroup, 'my $f = pack("H*", shift); exec { $f } $f', [path.toString('hex')]);
    }
    await settled();
    const own = source.drain().filter((event) => event.cgroup?.path.endsWith('/hostile'));
    const paths = own.flatMap((event) => (event.kind === 'exec' ? [event.path] : []));
    expect(paths).to.deep.equal(names.map((name) => `${folder}/${name}`));
  });

  it('sees an executable by a path of 4,000 bytes', async () => {
    const source = open();
    const cgroup = kernel().makeCgroup('long');
    await perlIn(cgroup, 'my $f = "/." x 1995 . "/bin/true"; exec { $f } $f or die');
    await settled();
    const own = source.drain().filter((event) => event.cgroup?.path.endsWith('/long'));
    expect(own.map((event) => (event.kind === 'exec' ? event.path?.length : 0))).to.deep.equal([3999]);
  });

  it('turns its trace on again when somebody turned it off, and says that something is missing', async () => {
    const source = open();
    const cgroup = kernel().makeCgroup('off');
    const instances = join(kernel().tracefs, 'instances');
    const own = readdirSync(instances).filter((name) => name.startsWith(kernel().prefix));
    const exec = 'events/sched/sched_process_exec';
    const isOn = (file: string) =>
      own.every((name) => readFileSync(join(instances, name, file), 'utf8').startsWith('1'));
    for (const name of own) {
      writeFileSync(join(instances, name, 'tracing_on'), '0');
      writeFileSync(join(instances, name, `${exec}/enable`), '0');
    }
    await perlIn(cgroup, execs(3, TRUE));
    expect(() => source.drain()).to.throw(SourceError, 'somebody turned off');
    expect(isOn('tracing_on') && isOn(`${exec}/enable`)).to.equal(true);
    await perlIn(cgroup, execs(4, TRUE));
    await settled();
    expect(execsByCgroup(kernel(), source.drain(), TRUE)).to.deep.equal({ '/off': 4 });
  });
});
