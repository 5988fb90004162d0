import { expect } from 'chai';
import fc from 'fast-check';
import { type Place, placeOf } from '../../../exporter/cgroups/place.ts';
import { anyCharacter } from '../../support/any-character.ts';

const ID = '0123456789abcdef'.repeat(4);
const OTHER_ID = 'fedcba9876543210'.repeat(4);
const UID = '6f0f6f0a-1b2c-4d3e-8f90-a1b2c3d4e5f6';
const UNDERSCORED = UID.replaceAll('-', '_');
const STATIC = 'b5a8e2c4d6f8a0b1c2d3e4f5a6b7c8d9';

type Expected = readonly [
  runtime: Place['runtime'],
  podUid: string | undefined,
  containerId: string | undefined,
];

const CONTAINERS: Readonly<Record<string, Expected>> = {
  [`/kubepods/burstable/pod${UID}/${ID}`]: ['unknown', UID, ID],
  [`/kubepods/pod${UID}/${ID}`]: ['unknown', UID, ID],
  [`/kubepods/besteffort/pod${STATIC}/${ID}`]: ['unknown', STATIC, ID],
  [`/kubepods/burstable/pod${UID}/crio-${ID}`]: ['cri-o', UID, ID],
  [`/kubepods.slice/kubepods-pod${UNDERSCORED}.slice/cri-containerd-${ID}.scope`]: ['containerd', UID, ID],
  [`/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UNDERSCORED}.slice/crio-${ID}.scope`]: [
    'cri-o',
    UID,
    ID,
  ],
  [`/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${UNDERSCORED}.slice/docker-${ID}.scope`]:
    ['docker', UID, ID],
  [`/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${STATIC}.slice/cri-containerd-${ID}.scope`]:
    ['containerd', STATIC, ID],
  [`/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod${UNDERSCORED}.slice/cri-containerd-${ID}.scope`]:
    ['containerd', UID, ID],
  [`/kubelet/kubepods/burstable/pod${UID}/${ID}`]: ['unknown', UID, ID],
  [`/system.slice/containerd.service/kubepods-burstable-pod${UNDERSCORED}.slice:cri-containerd:${ID}`]: [
    'containerd',
    UID,
    ID,
  ],
  [`/kubepods-pod${UNDERSCORED}.slice:crio:${ID}`]: ['cri-o', UID, ID],
  [`/docker/${ID}`]: ['docker', undefined, ID],
  [`/system.slice/docker-${ID}.scope`]: ['docker', undefined, ID],
  [`/machine.slice/libpod-${ID}.scope`]: ['podman', undefined, ID],
  [`/libpod_parent/libpod-${ID}`]: ['podman', undefined, ID],
  [`/system.slice/nerdctl-${ID}.scope`]: ['containerd', undefined, ID],
  // Seen from a private cgroup namespace.
  [`/../../../kubepods.slice/kubepods-pod${UNDERSCORED}.slice/cri-containerd-${ID}.scope`]: [
    'containerd',
    UID,
    ID,
  ],
  [`/../pod${UID}/${ID}`]: ['unknown', UID, ID],
  [`/../cri-containerd-${ID}.scope`]: ['containerd', undefined, ID],
  // Runtimes that are told to use cgroupfs create cgroups below their own.
  [`/system.slice/docker.service/docker/${ID}`]: ['docker', undefined, ID],
  [`/system.slice/snap.docker.dockerd.service/docker/${ID}`]: ['docker', undefined, ID],
  [`/system.slice/crio.service/crio-${ID}`]: ['cri-o', undefined, ID],
  [`/system.slice/k3s.service/kubepods/burstable/pod${UID}/${ID}`]: ['unknown', UID, ID],
  [`/system.slice/k3s-agent.service/kubepods-besteffort-pod${UNDERSCORED}.slice:cri-containerd:${ID}`]: [
    'containerd',
    UID,
    ID,
  ],
  [`/system.slice/rke2-server.service/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${UNDERSCORED}.slice/cri-containerd-${ID}.scope`]:
    ['containerd', UID, ID],
  [`/podruntime/runtime/kubepods-pod${UNDERSCORED}.slice:docker:${ID}`]: ['docker', UID, ID],
  // Whoever may write to his cgroup can name children like a kubelet's.
  [`/docker/${OTHER_ID}/kubelet/kubepods/burstable/pod${UID}/${ID}`]: ['docker', undefined, OTHER_ID],
  [`/docker/${OTHER_ID}/docker/${ID}`]: ['docker', undefined, OTHER_ID],
  [`/system.slice/docker-${OTHER_ID}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${UNDERSCORED}.slice/cri-containerd-${ID}.scope`]:
    ['docker', undefined, OTHER_ID],
  [`/machine.slice/libpod-${OTHER_ID}.scope/kubepods-pod${UNDERSCORED}.slice:cri-containerd:${ID}`]: [
    'podman',
    undefined,
    OTHER_ID,
  ],
  // What a pod runs by itself is the pod's.
  [`/kubepods/burstable/pod${UID}/${ID}/docker/${OTHER_ID}`]: ['unknown', UID, ID],
  [`/kubepods/pod${UID}/${ID}/kubelet/kubepods/pod${STATIC}/${OTHER_ID}`]: ['unknown', UID, ID],
};

const POD_ONLY = [
  `/kubepods/burstable/pod${UID}`,
  `/kubepods.slice/kubepods-pod${UNDERSCORED}.slice`,
  `/kubepods.slice/kubepods-pod${UNDERSCORED}.slice/crio-conmon-${ID}.scope`,
  `/kubepods/pod${UID}/kata_overhead`,
];

const HOST = [
  '/',
  '',
  '/init.scope',
  '/system.slice/containerd.service',
  '/system.slice/ssh.service',
  '/kubepods.slice',
  '/kubepods/burstable',
  '/kubepods.slice/kubepods-burstable.slice',
  `/system.slice/crio-conmon-${ID}.scope`,
  `/machine.slice/libpod-conmon-${ID}.scope`,
  '/docker/buildkit',
  `/process_api/${ID}`,
  `/some/podium/${ID}`,
  `/podcast.slice/${ID}`,
  `/kubepods/podx/${ID}`,
  // No kubelet's folder is above them.
  `/deploy/pod${UID}/${ID}`,
  `/system.slice/pod${UID}/${ID}`,
  // A service may have been given its cgroup, and LXC's containers and virtual machines have theirs.
  `/system.slice/evil.service/kubepods/pod${UID}/${ID}`,
  `/system.slice/evil.service/kubepods.slice/kubepods-pod${UNDERSCORED}.slice/cri-containerd-${ID}.scope`,
  `/system.slice/evil.service/kubepods-pod${UNDERSCORED}.slice:cri-containerd:${ID}`,
  `/system.slice/evil.service/docker-${ID}.scope`,
  `/system.slice/evil@docker.service/docker/${ID}`,
  `/system.slice/notdocker.service/docker/${ID}`,
  `/lxc/web/kubepods/pod${UID}/${ID}`,
  `/lxc.payload.web/kubepods/pod${UID}/${ID}`,
  `/lxc.payload.web/docker/${ID}`,
  `/machine.slice/machine-web.scope/kubepods/pod${UID}/${ID}`,
  // Any user with a session can create these.
  `/user.slice/user-1000.slice/user@1000.service/kubepods/pod${UID}/${ID}`,
  `/user.slice/user-1000.slice/user@1000.service/docker-${ID}.scope`,
];

describe('placeOf', () => {
  for (const [path, [runtime, podUid, containerId]] of Object.entries(CONTAINERS)) {
    it(path, () => {
      expect(placeOf(path)).to.include({ runtime, podUid, containerId });
    });

    it(`${path} nested, and removed`, () => {
      const place = placeOf(path);
      expect(placeOf(`${path}/init/worker.slice`)).to.deep.equal(place);
      expect(placeOf(`${path} (deleted)`)).to.deep.equal(place);
    });
  }

  for (const path of POD_ONLY) {
    it(`${path} is the pod's, outside of its containers`, () => {
      expect(placeOf(path)).to.include({ podUid: UID, containerId: undefined });
    });
  }

  for (const path of HOST) {
    it(`${path} is the host's`, () => expect(placeOf(path)).to.equal(undefined));
  }

  it('shows the pods of a node that is a container itself', () => {
    for (const node of [`/docker/${OTHER_ID}`, `/system.slice/docker-${OTHER_ID}.scope`, '']) {
      for (const pod of [`/kubelet/kubepods/burstable/pod${UID}/${ID}`, `/kubepods/pod${UID}/${ID}`]) {
        expect(placeOf(node + pod, true)).to.include({ podUid: UID, containerId: ID, path: node + pod });
      }
    }
    expect(placeOf(`/docker/${OTHER_ID}/system.slice`, true)).to.include({ containerId: OTHER_ID });
  });

  it('no name below what is somebody’s own makes it another’s', () => {
    const own = fc.constantFrom(
      `/docker/${OTHER_ID}`,
      `/system.slice/docker-${OTHER_ID}.scope`,
      `/machine.slice/libpod-${OTHER_ID}.scope`,
      `/kubepods/pod${STATIC}/${OTHER_ID}`,
      `/kubepods/pod${STATIC}`,
      '/system.slice/evil.service',
      '/user.slice/user-1000.slice',
      '/lxc/web',
      '/lxc.payload.web',
      '/machine.slice/machine-web.scope',
    );
    const names = fc.constantFrom(
      'kubepods',
      'kubepods.slice',
      'docker',
      'docker.service',
      `pod${UID}`,
      `kubepods-pod${UNDERSCORED}.slice`,
      `kubepods-pod${UNDERSCORED}.slice:cri-containerd:${ID}`,
      `cri-containerd-${ID}.scope`,
      ID,
    );
    fc.assert(
      fc.property(own, fc.array(names, { minLength: 1, maxLength: 5 }), (folder, children) => {
        const [expected, found] = [placeOf(folder), placeOf(`${folder}/${children.join('/')}`)];
        expect(found?.podUid).to.equal(expected?.podUid);
        if (expected?.containerId !== undefined || expected === undefined)
          expect(found).to.deep.equal(expected);
      }),
    );
  });

  it("gives the container's own cgroup", () => {
    expect(placeOf(`/kubepods/pod${UID}/${ID}/a/b`)?.path).to.equal(`/kubepods/pod${UID}/${ID}`);
  });

  it('never fails, and names only what is in the path', () => {
    const piece = fc.oneof(
      fc.constantFrom('kubepods', 'docker', `pod${UID}`, `pod${UNDERSCORED}.slice`, ID, `crio-${ID}.scope`),
      fc.string({ unit: anyCharacter, maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = `/${pieces.join('/')}`;
        const place = placeOf(path);
        if (place?.containerId !== undefined) expect(path).to.contain(place.containerId);
        if (place?.podUid !== undefined) expect(path.replaceAll('_', '-')).to.contain(place.podUid);
      }),
    );
  });
});
