import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import {
  chooseHierarchy,
  findContainerHierarchy,
  placeOfMember,
} from '../../../exporter/cgroups/hierarchy.ts';
import { parseMemberships } from '../../../exporter/cgroups/membership.ts';

const PATH = 'proc/7/cgroup';
const ID = '0123456789abcdef'.repeat(4);
const POD = '/kubepods/burstable/pod6f0f6f0a-1b2c-4d3e-8f90-a1b2c3d4e5f6';
const HYBRID = '9:name=systemd:/\n8:pids:/\n4:memory:/x\n2:cpu,cpuacct:/\n1:cpuset:/\n0::/\n';

describe('the container hierarchy', () => {
  const candidate = (id: number, controllers: string, kubepods = false) => ({
    id,
    controllers,
    mountpoint: `/m/${id}`,
    kubepods,
  });
  const v2 = candidate(0, '');
  const cases: [string, ReturnType<typeof candidate>[], number | undefined][] = [
    ['version 2 alone', [v2], 0],
    ['version 2 with pods', [candidate(1, 'name=systemd', true), candidate(0, '', true)], 0],
    [
      'memory on a hybrid host, which limits by version 1',
      [candidate(0, '', true), candidate(4, 'memory', true)],
      4,
    ],
    ['pods in version 2 only', [candidate(4, 'memory'), candidate(0, '', true)], 0],
    ['version 2 beside a hierarchy that limits nothing', [candidate(3, 'net_cls'), v2], 0],
    [
      'pods in version 1 only',
      [v2, candidate(1, 'cpuset', true), candidate(8, 'pids', true), candidate(4, 'memory')],
      8,
    ],
    ['memory before cpu', [v2, candidate(2, 'cpu,cpuacct', true), candidate(4, 'memory', true)], 4],
    ['cpu among several', [candidate(7, 'blkio', true), candidate(2, 'cpuacct,cpu', true)], 2],
    ['version 2 before systemd', [candidate(1, 'cpuset'), candidate(9, 'name=systemd'), v2], 0],
    ['systemd before others', [candidate(1, 'cpuset'), candidate(9, 'name=systemd')], 9],
    ['a hybrid host without pods', [v2, candidate(8, 'pids'), candidate(4, 'memory')], 4],
    ['none', [], undefined],
  ];
  for (const [what, candidates, id] of cases) {
    it(`is chosen: ${what}`, () =>
      expect(chooseHierarchy(candidates, ({ kubepods }) => kubepods)?.id).to.equal(id));
  }

  describe('found on a host', () => {
    let host: string;
    beforeEach(() => {
      host = mkdtempSync(join(tmpdir(), 'kubevigil-cgroups-'));
      mkdirSync(join(host, 'proc/self'), { recursive: true });
      mkdirSync(join(host, 'fs/cgroup'), { recursive: true });
    });
    afterEach(() => rmSync(host, { recursive: true }));

    function make(memberships: string, ...folders: string[]): string {
      writeFileSync(join(host, 'proc/self/cgroup'), memberships);
      for (const folder of folders) {
        mkdirSync(join(host, 'fs/cgroup', folder), { recursive: true });
        writeFileSync(join(host, 'fs/cgroup', folder, 'cgroup.procs'), '');
      }
      return join(host, 'fs/cgroup');
    }

    function found(memberships: string, ...folders: string[]) {
      make(memberships, ...folders);
      return findContainerHierarchy(join(host, 'proc'), host);
    }

    it('of version 2, at the root', () => {
      const root = make('0::/\n', 'kubepods.slice/pod1');
      writeFileSync(join(root, 'cgroup.controllers'), 'memory');
      expect(findContainerHierarchy(join(host, 'proc'), host)).to.deep.equal({
        id: 0,
        controllers: '',
        mountpoint: root,
      });
    });

    it('of both, with pods in version 2 below a node that is itself a container', () => {
      const root = make(HYBRID, 'memory', 'unified/docker/1234/kubelet.slice/kubelet-kubepods.slice');
      writeFileSync(join(root, 'unified/cgroup.controllers'), 'memory');
      expect(findContainerHierarchy(join(host, 'proc'), host).mountpoint).to.equal(join(root, 'unified'));
    });

    it('of version 1, whose controllers share a folder or have a link each', () => {
      expect(found(HYBRID, 'cpu,cpuacct', 'systemd')).to.deep.equal({
        id: 2,
        controllers: 'cpu,cpuacct',
        mountpoint: join(host, 'fs/cgroup/cpu,cpuacct'),
      });
      rmSync(join(host, 'fs/cgroup/cpu,cpuacct'), { recursive: true });
      const linked = found(HYBRID, 'cpuacct', 'systemd/kubepods');
      expect(linked.id).to.equal(9);
    });

    it('of none', () => {
      expect(() => found(HYBRID))
        .to.throw(SourceError)
        .with.property('code', 'absent');
    });
  });
});

describe('placeOfMember', () => {
  const placeIn = (text: string) => placeOfMember(parseMemberships(text, PATH))?.containerId;

  it('finds the container in pure v2', () => {
    expect(placeIn(`0::${POD}/${ID}\n`)).to.equal(ID);
  });

  it('finds it in v1 where the v2 hierarchy is systemd’s alone', () => {
    const text = `5:cpuset:/\n4:memory:${POD}/${ID}\n1:name=systemd:/system.slice\n0::/system.slice/x.service\n`;
    expect(placeIn(text)).to.equal(ID);
  });

  for (const controllers of ['cpu,cpuacct', 'cpuacct', 'pids', 'name=systemd', 'freezer']) {
    it(`finds it where only ${controllers} has it`, () => {
      expect(placeIn(`9:devices:/\n3:${controllers}:${POD}/${ID}\n0::/\n`)).to.equal(ID);
    });
  }

  it('prefers the hierarchy by which a hybrid host limits, as events are told apart by it', () => {
    const other = ID.replaceAll('0', 'f');
    expect(placeIn(`4:memory:${POD}/${ID}\n0::${POD}/${other}\n`)).to.equal(ID);
    expect(placeIn(`3:net_cls:${POD}/${other}\n0::${POD}/${ID}\n`)).to.equal(ID);
  });

  it('prefers a container to its pod', () => {
    expect(placeIn(`4:memory:${POD}\n3:pids:${POD}/${ID}\n0::${POD}\n`)).to.equal(ID);
  });

  it('is the host everywhere else', () => {
    expect(placeOfMember(parseMemberships('4:memory:/system.slice\n0::/\n', PATH))).to.equal(undefined);
  });
});
