import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { placeOf } from '../../../exporter/cgroups/place.ts';
import { ContainerTree } from '../../../exporter/cgroups/tree.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const id = (byte: string) => byte.repeat(32);
const POD = 'kubepods/burstable/pod6f0f6f0a-1b2c-4d3e-8f90-a1b2c3d4e5f6';

describe('ContainerTree', () => {
  const path = temporaryPaths();
  let root: string;
  let tree: ContainerTree;
  const make = (...folders: string[]) => {
    for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  };
  const found = () =>
    [...tree.containers().values()].map(({ containerId }) => containerId?.slice(0, 2)).sort();

  beforeEach(() => {
    root = path('cgroup');
    make('');
    tree = new ContainerTree(root);
  });

  it('finds containers wherever runtimes put them, and nothing else', () => {
    make(
      `${POD}/${id('a1')}/nested/${id('a2')}`,
      `${POD}/crio-conmon-${id('a3')}.scope`,
      `kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${'b5'.repeat(16)}.slice/cri-containerd-${id('b1')}.scope`,
      `system.slice/docker-${id('c1')}.scope`,
      `system.slice/x.service/docker-${id('c2')}.scope`,
      `system.slice/docker.service/docker/${id('c3')}`,
      `system.slice/containerd.service/kubepods-pod${'b6'.repeat(16)}.slice:cri-containerd:${id('c4')}`,
      `system.slice/k3s.service/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod${'b7'.repeat(16)}.slice/cri-containerd-${id('c5')}.scope`,
      `docker/${id('d1')}/docker/${id('d2')}`,
      `docker/${id('d1')}`,
      `user.slice/user-1000.slice/docker-${id('e1')}.scope`,
      `deploy/${id('f1')}`,
    );
    expect(found()).to.deep.equal(['a1', 'b1', 'c1', 'c3', 'c4', 'c5', 'd1']);
  });

  it('finds exactly the folders that are containers by their paths', () => {
    const name = fc.constantFrom(
      'kubepods',
      'system.slice',
      'docker',
      'docker.service',
      'x.service',
      'user.slice',
      `pod${'b5'.repeat(16)}`,
      `kubepods-pod${'b6'.repeat(16)}.slice:cri-containerd:${id('c4')}`,
      `docker-${id('c1')}.scope`,
      id('a1'),
    );
    const paths = fc.array(fc.array(name, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(paths, (all) => {
        rmSync(root, { recursive: true });
        make('', ...all.map((names) => names.join('/')));
        const folders = all.flatMap((names) => names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`));
        const expected = folders.filter((folder) => {
          const place = placeOf(folder);
          return place?.containerId !== undefined && place.path === folder;
        });
        expect([...new ContainerTree(root).containers().keys()].sort()).to.deep.equal(
          [...new Set(expected)].sort(),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('sees containers come and go', () => {
    make(`${POD}/${id('a1')}`);
    expect(found()).to.deep.equal(['a1']);
    make(`${POD}/${id('a2')}`);
    expect(found()).to.deep.equal(['a1', 'a2']);
    rmSync(join(root, POD, id('a1')), { recursive: true });
    expect(found()).to.deep.equal(['a2']);
    rmSync(join(root, 'kubepods'), { recursive: true });
    expect(found()).to.deep.equal([]);
  });

  it('sees, when told that something is missing, which came in its place', () => {
    make(`${POD}/${id('a1')}`);
    found();
    rmSync(join(root, POD, id('a1')), { recursive: true });
    make(`${POD}/${id('a2')}`);
    expect([tree.missed(`/${POD}/${id('a1')}`), found()]).to.deep.equal([true, ['a2']]);
    expect(tree.missed(`/${POD}/${id('a2')}`)).to.equal(false);
  });

  it('sees a pod in the place of another', () => {
    const other = POD.replace('6f0f', '7f0f');
    make(`${POD}/${id('a1')}`);
    found();
    rmSync(join(root, POD), { recursive: true });
    make(`${other}/${id('b1')}`);
    expect(found()).to.deep.equal(['b1']);
  });

  it('says that there is no such hierarchy', () => {
    rmSync(root, { recursive: true });
    expect(() => tree.containers()).to.throw('sys/fs/cgroup: ENOENT');
  });
});
