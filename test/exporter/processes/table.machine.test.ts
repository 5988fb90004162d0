import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PROCESS_STATES } from '../../../exporter/processes/state.ts';
import { type ProcessSnapshot, ProcessTable } from '../../../exporter/processes/table.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { fixturePaths } from '../../support/fixture-host.ts';
import { ROOT } from '../../support/paths.ts';
import { needsPods, Pod } from '../../support/pod.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const LIMITS = (files: number) =>
  `Max open files            ${files}                524288               files     \n`;

/** `container running sleeping blocked zombie other` of each group, shortest ids first. */
function counts({ groups }: ProcessSnapshot): string[] {
  return [...groups]
    .map(({ place, states }) => `${place?.containerId?.slice(0, 2) ?? ''} ${states.join(' ')}`)
    .sort();
}

function total(snapshot: ProcessSnapshot): number {
  return [...snapshot.groups].flatMap(({ states }) => [...states]).reduce((sum, count) => sum + count, 0);
}

describe('ProcessTable', () => {
  const path = temporaryPaths();
  let procfs: string;
  let table: ProcessTable;

  function open(files: number): void {
    procfs = path('proc');
    cpSync(fixturePaths().procfs, procfs, { recursive: true, verbatimSymlinks: true });
    mkdirSync(join(procfs, 'self'));
    writeFileSync(join(procfs, 'self', 'limits'), LIMITS(files));
    table = new ProcessTable({ procfs, sysfs: fixturePaths().sysfs });
  }

  afterEach(() => table.close());

  for (const files of [64, 1_000_000]) {
    describe(`with ${files} files at most`, () => {
      beforeEach(() => open(files));

      it('counts the processes of each cgroup, pass after pass', () => {
        const expected = counts(table.scan());
        expect(expected).to.include.members(['a7 0 1 0 0 0', 'a7 1 0 0 0 0', 'c3 0 1 0 0 0', 'f1 0 1 0 0 0']);
        for (let pass = 0; pass < 3; pass++) expect(counts(table.scan())).to.deep.equal(expected);
      });

      it('notices another program in a process, and what that is', () => {
        table.scan();
        table.scan();
        const file = join(procfs, '4200', 'stat');
        writeFileSync(file, readFileSync(file, 'utf8').replace('(nginx) S', '(sh) T'));
        writeFileSync(join(procfs, '4200', 'cgroup'), readFileSync(join(procfs, '4300', 'cgroup')));
        expect(counts(table.scan())).to.include.members(['a7 1 0 0 0 0', 'c3 0 1 0 0 1']);
      });

      it('lets go of processes that end', () => {
        const before = total(table.scan());
        rmSync(join(procfs, '4300'), { recursive: true });
        const after = table.scan();
        expect(total(after)).to.equal(before - 1);
        expect(counts(after).filter((line) => line.startsWith('c3'))).to.deep.equal([]);
      });

      it('keeps no more files open than it may', () => {
        const own = () => readdirSync('/proc/self/fd').length;
        const before = own();
        for (let pass = 0; pass < 5; pass++) table.scan();
        const kept = own() - before;
        expect(kept).to.equal(files === 64 ? 0 : kept);
        table.close();
        expect(own()).to.be.at.most(before);
      });
    });
  }

  it('says what is malformed, and counts the others', () => {
    open(64);
    writeFileSync(join(procfs, '4300', 'stat'), '4300 (coredns S\n');
    const { errors } = table.scan();
    expect(errors.map(({ code, path: where }) => [code, where])).to.deep.equal([
      ['malformed', 'proc/<pid>/stat'],
    ]);
  });

  it('says that processes are hidden where process 1 is', () => {
    open(64);
    rmSync(join(procfs, '1'), { recursive: true });
    const { errors } = table.scan();
    expect(errors.map(({ code, path: where }) => [code, where])).to.deep.include([
      'unreadable',
      'proc/<pid>/stat',
    ]);
  });

  it('counts a zombie that was never seen alive with its parent on v1', () => {
    open(64);
    for (const [pid, cgroup] of [
      ['4200', readFileSync(join(procfs, '4200', 'cgroup'), 'utf8').replace('0::', '4:memory:')],
      ['4201', '4:memory:/\n'],
    ] as const) {
      writeFileSync(join(procfs, pid, 'cgroup'), cgroup);
    }
    const file = join(procfs, '4201', 'stat');
    writeFileSync(file, readFileSync(file, 'utf8').replace(') R', ') Z'));
    expect(counts(table.scan())).to.include('a7 0 1 0 1 0');
  });

  it('sees what becomes of an executable, in rotation', () => {
    open(1_000_000);
    const program = path('program');
    writeFileSync(program, '');
    symlinkSync(program, join(procfs, '912', 'exe'));
    const kinds = () => [...table.scan().groups].flatMap(({ suspicious }) => [...suspicious.keys()]);
    expect(kinds()).to.include('traced');
    writeFileSync(join(procfs, '1503', 'status'), readFileSync(join(procfs, '912', 'status')));
    table.scan();
    expect(kinds()).not.to.include('traced');
  });

  it('sees in every pass the state of a process that sleeps, stops and ends', async () => {
    table = new ProcessTable({ procfs: '/proc', sysfs: '/sys' });
    const child = spawn('perl', ['-e', 'fork ? (close(STDIN), sleep 60) : <STDIN>']);
    const pids = () => [...table.scan().processes].filter(({ pid }) => pid === child.pid);
    const state = () => pids().map(({ stateIndex }) => PROCESS_STATES[stateIndex])[0];
    const reached = (wanted: string | undefined) =>
      waitFor(`the process to be ${wanted}`, () => state() === wanted);
    try {
      await reached('sleeping');
      for (let pass = 0; pass < 5; pass++) expect(state()).to.equal('sleeping');
      child.kill('SIGSTOP');
      await reached('other');
      for (let pass = 0; pass < 5; pass++) expect(state()).to.equal('other');
      child.kill('SIGCONT');
      await reached('sleeping');
    } finally {
      child.kill('SIGKILL');
    }
    await reached(undefined);
  });

  it('counts what it says of each process, whatever happens to them', () => {
    table = new ProcessTable({ procfs: '/proc', sysfs: '/sys' });
    for (let pass = 0; pass < 20; pass++) {
      const { processes, groups } = table.scan();
      const byGroup = new Map([...groups].map((group) => [group, PROCESS_STATES.map(() => 0)]));
      for (const { group, stateIndex } of processes) {
        const states = byGroup.get(group);
        if (states !== undefined) states[stateIndex] = (states[stateIndex] ?? 0) + 1;
      }
      expect([...byGroup.keys()].map(({ states }) => [...states])).to.deep.equal([...byGroup.values()]);
      spawnSync('true');
    }
  });

  it('goes on while processes come and go as fast as they can, and keeps nothing of them', async () => {
    table = new ProcessTable({ procfs: '/proc', sysfs: '/sys' });
    const own = () => readdirSync('/proc/self/fd').length;
    const settled = total(table.scan());
    const files = own();
    // 200 at a time, some of them zombies for a moment, all of them with a name that lies.
    const churn = '$0 = "x) R 1 (y"; for (1..20) { for (1..200) { fork or exit } 1 while wait > 0 }';
    const child = spawn('perl', ['-e', churn], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while (child.exitCode === null) {
      const snapshot = table.scan();
      expect(snapshot.errors.filter(({ code }) => code !== 'absent' && code !== 'unreadable')).to.deep.equal(
        [],
      );
      await new Promise(setImmediate);
    }
    await ended;
    expect(total(table.scan())).to.be.within(settled / 2, settled * 2 + 50);
    expect(own()).to.be.below(files + 200);
  });

  describe('from a private cgroup namespace', () => {
    let pod: Pod;

    before(needsPods);

    beforeEach(async () => {
      open(64);
      pod = new Pod();
      await pod.do('ready');
    });

    afterEach(() => pod.end());

    it('names its own container, its neighbours and the host', async () => {
      const other = new Pod();
      try {
        await other.do('ready');
        const script = join(ROOT, 'dist', 'test', 'support', 'print-places.js');
        const seen = await insideOf(pod, script);
        expect(seen).to.include.members([pod.containerId, other.containerId, 'host']);
      } finally {
        await other.end();
      }
    });
  });
});

/** What a program prints that runs in the container's cgroups and in a cgroup namespace that begins there. */
async function insideOf(pod: Pod, script: string): Promise<string[]> {
  const enter = pod.cgroups().map((folder) => `echo $$ > ${folder}/cgroup.procs`);
  const command = [...enter, `exec unshare --cgroup ${process.execPath} ${script}`].join('\n');
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  return text.trim().split('\n');
}
