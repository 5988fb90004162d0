import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { isNestedNode } from '../../../exporter/cgroups/node.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const ID = '0123456789abcdef'.repeat(4);

describe('isNestedNode', () => {
  const path = temporaryPaths();
  const nodeWith = (cgroup: string | undefined, namespace: string | undefined) => {
    mkdirSync(path('1/ns'), { recursive: true });
    if (cgroup !== undefined) writeFileSync(path('1/cgroup'), cgroup);
    if (namespace !== undefined) symlinkSync(namespace, path('1/ns/cgroup'));
    return isNestedNode(path());
  };
  const INITIAL = 'cgroup:[4026531835]';
  const cases: readonly (readonly [
    what: string,
    cgroup: string | undefined,
    ns: string | undefined,
    is: boolean,
  ])[] = [
    ['a machine', '0::/init.scope\n', INITIAL, false],
    ['a machine whose namespaces are hidden', '0::/init.scope\n', undefined, false],
    ['a machine that hides process 1', undefined, undefined, false],
    ['a machine with a table that is none', 'what\n', INITIAL, false],
    ['a container with a cgroup namespace of its own', '0::/\n', 'cgroup:[4026532201]', true],
    ['a container without one', `4:memory:/docker/${ID}\n0::/\n`, INITIAL, true],
    ['a pod', `0::/kubepods/pod${ID.slice(32)}/${ID}\n`, INITIAL, false],
  ];
  for (const [what, cgroup, namespace, expected] of cases) {
    it(`${what}: ${expected}`, () => expect(nodeWith(cgroup, namespace)).to.equal(expected));
  }
});
