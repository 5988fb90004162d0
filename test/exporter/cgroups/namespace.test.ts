import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { namespaceRoot, pathInHierarchy } from '../../../exporter/cgroups/namespace.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const ID = 'c1';
const POD = '/kubepods/pod1';

describe('pathInHierarchy', () => {
  const OWN = `${POD}/${ID}`;
  const cases: [root: string, shown: string, absolute: string][] = [
    ['/', '/kubepods/pod1', '/kubepods/pod1'],
    ['/', '/', '/'],
    ['/', '/../x', '/x'],
    [OWN, '/', OWN],
    [`${OWN}/`, '/', OWN],
    [OWN, '/nested', `${OWN}/nested`],
    [OWN, '/../other', `${POD}/other`],
    [OWN, '/../../../init.scope', '/init.scope'],
    [OWN, '/../../..', '/'],
  ];
  for (const [root, shown, absolute] of cases) {
    it(`${shown} in a namespace rooted at ${root} is ${absolute}`, () => {
      expect(pathInHierarchy(root, shown)).to.equal(absolute);
    });
  }
});

describe('namespaceRoot', () => {
  const at = temporaryPaths();
  /** A process that a namespace shows as `own`, in a folder below the mount (undefined: in none). */
  const rootWith = (namespace: string | undefined, own: string, folder: string | undefined) => {
    mkdirSync(at('proc/self/ns'), { recursive: true });
    writeFileSync(at('proc/self/cgroup'), `0::${own}\n`);
    if (namespace !== undefined) symlinkSync(namespace, at('proc/self/ns/cgroup'));
    for (const path of ['', '/a', '/a/b', '/a/b/c']) {
      mkdirSync(at(`cgroup${path}`), { recursive: true });
      writeFileSync(
        at(`cgroup${path}/cgroup.procs`),
        path === folder ? `1\n${process.pid}\n` : `1${process.pid}\n`,
      );
    }
    return namespaceRoot(at('proc'), { id: 0, controllers: '', mountpoint: at('cgroup') });
  };
  const [INITIAL, OTHER] = ['cgroup:[4026531835]', 'cgroup:[4026532201]'];

  it('is the root in the initial namespace, and where there are none', () => {
    expect(rootWith(INITIAL, '/a/b', '/a/b')).to.equal('/');
  });

  it('is the root before Linux 4.6', () => expect(rootWith(undefined, '/a/b', '/a/b')).to.equal('/'));

  it('is where this process lies, in a namespace of its own', () => {
    expect(rootWith(OTHER, '/', '/a/b')).to.equal('/a/b/');
  });

  it('is above where this process lies, when it moved on within its namespace', () => {
    expect(rootWith(OTHER, '/b/c', '/a/b/c')).to.equal('/a/');
  });

  it('is not known where the mount does not show it', () => {
    expect(rootWith(OTHER, '/', undefined)).to.equal(undefined);
  });

  it('is not known where the mount shows another place than /proc', () => {
    expect(rootWith(OTHER, '/x', '/a/b')).to.equal(undefined);
  });
});
