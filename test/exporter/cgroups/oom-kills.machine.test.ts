import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { CgroupOomKills } from '../../../exporter/cgroups/oom-kills.ts';
import { needsPods, Pod } from '../../support/pod.ts';
import { skip } from '../../support/skip.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const POD = 'kubepods/burstable/pod8a3d9f4e-3c59-4be9-9f1a-2f6a1f3d7c11';
const [A, B] = ['a7', 'b8'].map((byte) => byte.repeat(32)) as [string, string];

/** As Linux 6.18 writes `memory.events` of version 2. */
const events = (kills: number) =>
  `low 0\nhigh 0\nmax ${kills * 40}\noom ${kills}\noom_kill ${kills}\noom_group_kill 0\n`;
/** As Linux 6.18 writes `memory.oom_control` of version 1. */
const control = (kills: number) => `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`;

describe('out-of-memory kills from cgroups', () => {
  const path = temporaryPaths();

  /** Writes a host's cgroups of version 2, which this machine does not have for memory. */
  const unified = (counts: Readonly<Record<string, number>>) => {
    const root = path('fs/cgroup');
    for (const [cgroup, kills] of Object.entries(counts)) {
      mkdirSync(join(root, cgroup), { recursive: true });
      writeFileSync(join(root, cgroup, 'memory.events'), events(kills));
    }
    writeFileSync(join(root, 'cgroup.controllers'), 'cpuset cpu io memory pids\n');
    writeFileSync(join(root, 'cgroup.procs'), '');
    return new CgroupOomKills({ procfs: path('proc'), sysfs: path() });
  };
  const found = (kills: CgroupOomKills) =>
    kills.look().kills.map(({ place, count }) => [place.containerId?.slice(0, 2) ?? 'pod', count]);

  it('counts what is added to a container’s, and nothing of what was there', () => {
    const kills = unified({ [POD]: 5, [`${POD}/${A}`]: 3, [`${POD}/${B}`]: 0 });
    expect(found(kills)).to.deep.equal([]);
    unified({ [POD]: 7, [`${POD}/${A}`]: 5 });
    expect(found(kills)).to.deep.equal([['a7', 2]]);
    expect(found(kills)).to.deep.equal([]);
    expect(kills.look().places).to.have.length(2);
  });

  it('counts a container that is born with kills from zero', () => {
    const kills = unified({ [POD]: 0, [`${POD}/${A}`]: 0 });
    kills.look();
    unified({ [POD]: 1, [`${POD}/${B}`]: 1 });
    // A listing is made again when the link count changes, which not every filesystem has for folders.
    for (let i = 0; i < 20; i++) {
      const now = found(kills);
      if (now.length === 0) continue;
      // Before the container is listed, the pod stands for it; never both.
      expect(now).to.be.deep.oneOf([[['b8', 1]], [['pod', 1]]]);
      break;
    }
  });

  it('leaves to the pod what a container took with it', () => {
    const kills = unified({ [POD]: 0, [`${POD}/${A}`]: 0, [`${POD}/${B}`]: 0 });
    kills.look();
    unified({ [POD]: 3, [`${POD}/${A}`]: 1 });
    rmSync(join(path('fs/cgroup'), POD, B), { recursive: true });
    expect(found(kills)).to.deep.equal([
      ['a7', 1],
      ['pod', 2],
    ]);
    expect(found(kills)).to.deep.equal([]);
  });

  it('reads version 1, and says what is not as it should be', () => {
    const root = path('fs/cgroup/memory');
    mkdirSync(join(root, POD, A), { recursive: true });
    writeFileSync(join(root, 'cgroup.procs'), '');
    const file = join(root, POD, A, 'memory.oom_control');
    writeFileSync(file, control(1));
    const kills = new CgroupOomKills({ procfs: path('proc'), sysfs: path() });
    expect(found(kills)).to.deep.equal([]);
    writeFileSync(file, control(4));
    expect(found(kills)).to.deep.equal([['a7', 3]]);
    writeFileSync(file, 'oom_kill many\n');
    expect(kills.look().errors.map(({ code }) => code)).to.deep.equal(['malformed']);
    writeFileSync(file, control(4));
    expect(found(kills), 'what it had does not count again').to.deep.equal([]);
    writeFileSync(file, control(5));
    expect(found(kills)).to.deep.equal([['a7', 1]]);
  });

  it('counts nothing of the past of a container that could not be read at the first look', () => {
    const root = path('fs/cgroup/memory');
    mkdirSync(join(root, POD, A), { recursive: true });
    writeFileSync(join(root, 'cgroup.procs'), '');
    const file = join(root, POD, A, 'memory.oom_control');
    writeFileSync(file, 'oom_kill many\n');
    const kills = new CgroupOomKills({ procfs: path('proc'), sysfs: path() });
    expect(found(kills)).to.deep.equal([]);
    writeFileSync(file, control(7));
    expect(found(kills)).to.deep.equal([]);
    writeFileSync(file, control(8));
    expect(found(kills)).to.deep.equal([['a7', 1]]);
  });

  it('says that there is no memory controller', () => {
    mkdirSync(path('fs/cgroup'), { recursive: true });
    expect(
      new CgroupOomKills({ procfs: path('proc'), sysfs: path() }).look().errors.map(({ code }) => code),
    ).to.deep.equal(['absent']);
  });

  describe('on this machine', () => {
    const pods: Pod[] = [];

    before(needsPods);

    afterEach(async () => {
      for (const pod of pods.splice(0)) await pod.end();
    });

    it('counts a process that the kernel killed, in its container only', async function () {
      const [victim, neighbour] = [new Pod(), new Pod()];
      pods.push(victim, neighbour);
      const folder = victim.cgroup('memory');
      if (folder === undefined) skip(this, 'no memory controller of version 1');
      for (const pod of pods) await pod.do('ready');
      const kills = new CgroupOomKills({ procfs: '/proc', sysfs: '/sys' });
      kills.look();
      writeFileSync(join(folder, 'memory.limit_in_bytes'), '33554432');
      await neighbour.do('memory 60');
      await victim.do('exec perl -e $x="x"x200_000_000;sleep\\x20600');
      for (let i = 0; i < 50; i++) {
        const own = kills
          .look()
          .kills.filter(({ place }) => pods.some(({ containerId }) => containerId === place.containerId));
        if (own.length > 0) {
          expect(own.map(({ place, count }) => [place.containerId, count])).to.deep.equal([
            [victim.containerId, 1],
          ]);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect.fail('nothing was killed');
    });
  });
});
