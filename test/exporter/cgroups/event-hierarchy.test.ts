import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SourceError } from '../../../exporter/base/errors.ts';
import { chooseHierarchy, findContainerHierarchy } from '../../../exporter/cgroups/event-hierarchy.ts';
import { pathInHierarchy } from '../../../exporter/cgroups/id-table.ts';
import { parseMemberships } from '../../../exporter/cgroups/membership.ts';

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
    ['version 2 with pods', [candidate(4, 'memory', true), candidate(0, '', true)], 0],
    [
      'pods in version 1 only',
      [v2, candidate(1, 'cpuset', true), candidate(8, 'pids', true), candidate(4, 'memory')],
      8,
    ],
    ['memory before cpu', [v2, candidate(2, 'cpu,cpuacct', true), candidate(4, 'memory', true)], 4],
    ['cpu among several', [candidate(7, 'blkio', true), candidate(2, 'cpuacct,cpu', true)], 2],
    ['systemd before others', [candidate(1, 'cpuset'), candidate(9, 'name=systemd'), v2], 9],
    ['a hybrid host without pods', [v2, candidate(8, 'pids'), candidate(4, 'memory')], 4],
    ['none', [], undefined],
  ];
  for (const [what, candidates, id] of cases) {
    it(`is chosen: ${what}`, () => expect(chooseHierarchy(candidates)?.id).to.equal(id));
  }

  it('reads /proc/PID/cgroup', () => {
    expect(parseMemberships('2:cpu,cpuacct:/a:b/c\n0::/../x\n', 'p')).to.deep.equal([
      { id: 2, controllers: 'cpu,cpuacct', path: '/a:b/c' },
      { id: 0, controllers: '', path: '/../x' },
    ]);
    expect(() => parseMemberships('nonsense\n', 'p'))
      .to.throw(SourceError)
      .with.property('code', 'malformed');
  });

  const paths: [root: string, stated: string, path: string][] = [
    ['/', '/kubepods/pod1', '/kubepods/pod1'],
    ['/', '/', '/'],
    ['/kubepods/pod1/a', '/', '/kubepods/pod1/a'],
    ['/kubepods/pod1/a', '/../b', '/kubepods/pod1/b'],
    ['/kubepods/pod1/a', '/../../../system.slice', '/system.slice'],
    ['/kubepods/pod1/a', '/child', '/kubepods/pod1/a/child'],
    ['/kubepods/pod1/a', '/../../..', '/'],
  ];
  for (const [root, stated, path] of paths) {
    it(`${stated} in a namespace rooted at ${root} is ${path}`, () => {
      expect(pathInHierarchy(root, stated)).to.equal(path);
    });
  }

  describe('found on a host', () => {
    let host: string;
    beforeEach(() => {
      host = mkdtempSync(join(tmpdir(), 'kubevigil-cgroups-'));
      mkdirSync(join(host, 'proc/self'), { recursive: true });
      mkdirSync(join(host, 'cgroup'));
    });
    afterEach(() => rmSync(host, { recursive: true }));

    function make(memberships: string, ...folders: string[]): string {
      writeFileSync(join(host, 'proc/self/cgroup'), memberships);
      for (const folder of folders) {
        mkdirSync(join(host, 'cgroup', folder), { recursive: true });
        writeFileSync(join(host, 'cgroup', folder, 'cgroup.procs'), '');
      }
      return join(host, 'cgroup');
    }

    it('of version 2, at the root', () => {
      const root = make('0::/\n', 'kubepods.slice/pod1');
      writeFileSync(join(root, 'cgroup.controllers'), 'memory');
      expect(findContainerHierarchy(join(host, 'proc'), root)).to.deep.equal({
        id: 0,
        controllers: '',
        mountpoint: root,
      });
    });

    it('of both, with pods in version 2 below a node that is itself a container', () => {
      const root = make(HYBRID, 'memory', 'unified/docker/1234/kubelet.slice/kubelet-kubepods.slice');
      writeFileSync(join(root, 'unified/cgroup.controllers'), 'memory');
      expect(findContainerHierarchy(join(host, 'proc'), root).mountpoint).to.equal(join(root, 'unified'));
    });

    it('of version 1, whose controllers share a folder or have a link each', () => {
      expect(
        findContainerHierarchy(join(host, 'proc'), make(HYBRID, 'cpu,cpuacct', 'systemd')),
      ).to.deep.equal({
        id: 2,
        controllers: 'cpu,cpuacct',
        mountpoint: join(host, 'cgroup/cpu,cpuacct'),
      });
      rmSync(join(host, 'cgroup/cpu,cpuacct'), { recursive: true });
      const linked = findContainerHierarchy(join(host, 'proc'), make(HYBRID, 'cpuacct', 'systemd/kubepods'));
      expect(linked.id).to.equal(9);
    });

    it('of none', () => {
      expect(() => findContainerHierarchy(join(host, 'proc'), make(HYBRID)))
        .to.throw(SourceError)
        .with.property('code', 'absent');
    });
  });
});
