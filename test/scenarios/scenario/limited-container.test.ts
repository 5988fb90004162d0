import { expect } from 'chai';
import { OWN_PREFIX, spotFor } from '../../../scenarios/scenario/limited-container.ts';

const ID = 'c'.repeat(64);
const OTHER = 'a'.repeat(64);
const POD = 'pod11111111-2222-3333-4444-555555555555';

/** A line of mountinfo. */
function mount(type: string, mountpoint: string, root = '/', options = 'rw'): string {
  return `30 24 0:26 ${root} ${mountpoint} rw,nosuid shared:9 - ${type} ${type} ${options}`;
}

const V1 = [
  mount('tmpfs', '/sys/fs/cgroup'),
  mount('cgroup', '/sys/fs/cgroup/cpu,cpuacct', '/', 'rw,cpu,cpuacct'),
  mount('cgroup', '/sys/fs/cgroup/memory', '/', 'rw,memory'),
  mount('cgroup2', '/sys/fs/cgroup/unified', '/'),
].join('\n');
const V2 = `${mount('cgroup2', '/sys/fs/cgroup', '/')}\n`;

const beside = (parent: string, name: string) => ({ parent, name });

describe('the place of a limited container', () => {
  for (const [what, cgroup, mountinfo, expected] of [
    [
      'beside a container of the cgroupfs driver, version 1',
      `5:memory:/kubepods/burstable/${POD}/${OTHER}\n4:cpu,cpuacct:/kubepods/burstable/${POD}/${OTHER}\n0::/`,
      V1,
      beside(`/sys/fs/cgroup/memory/kubepods/burstable/${POD}`, ID),
    ],
    [
      'beside a container of the systemd driver, version 2',
      `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${OTHER}.scope`,
      V2,
      beside('/sys/fs/cgroup/kubepods.slice/kubepods-pod1.slice', `cri-containerd-${ID}.scope`),
    ],
    [
      'at the root for a session of somebody, version 2',
      '0::/user.slice/user-0.slice/session-1.scope',
      V2,
      beside('/sys/fs/cgroup', `docker-${ID}.scope`),
    ],
    [
      'at the root of the hierarchy that has the controller, in hybrid mode',
      '5:memory:/\n0::/user.slice',
      V1,
      beside('/sys/fs/cgroup/memory', `docker-${ID}.scope`),
    ],
    [
      'below what is mounted, where that is a part of the hierarchy',
      `0::/machine/${POD}/${OTHER}`,
      mount('cgroup2', '/sys/fs/cgroup', '/machine'),
      beside(`/sys/fs/cgroup/${POD}`, ID),
    ],
  ] as const) {
    it(`is ${what}`, () => {
      const spot = spotFor('memory', cgroup, mountinfo, ID);
      expect(spot).to.include(expected);
    });
  }

  for (const [why, cgroup, mountinfo, reason] of [
    ['there is no controller', '3:cpu:/', V1, 'this kernel has no cgroups for memory'],
    ['it is not mounted', '3:memory:/', V2, 'its cgroup for memory is not mounted here'],
    ['it lies outside of the namespace', '0::/../../other', V2, 'its cgroup for memory is not mounted here'],
    [
      'it lies beside what is mounted',
      '0::/machines',
      mount('cgroup2', '/sys/fs/cgroup', '/machine'),
      'its cgroup for memory is not mounted here',
    ],
    ['nothing can be read', '', '', 'this kernel has no cgroups for memory'],
  ] as const) {
    it(`is none where ${why}`, () => {
      expect(spotFor('memory', cgroup, mountinfo, ID)).to.equal(reason);
    });
  }

  it('has an id like a container and yet unlike any', () => {
    const spots = [1, 2].map(() => spotFor('cpu', '4:cpu:/', V1.replace('cpu,cpuacct', 'cpu')));
    const names = spots.map((spot) => (typeof spot === 'string' ? spot : spot.name));
    for (const name of names) expect(name).to.match(new RegExp(`^docker-${OWN_PREFIX}[0-9a-f]{46}\\.scope$`));
    expect(names[0]).not.to.equal(names[1]);
  });
});
