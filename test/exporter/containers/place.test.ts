import { expect } from 'chai';
import fc from 'fast-check';
import { type Place, placeOf } from '../../../exporter/containers/place.ts';

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
  // A cluster whose node is a Docker container shows its pods.
  [`/docker/${OTHER_ID}/kubelet/kubepods/burstable/pod${UID}/${ID}`]: ['unknown', UID, ID],
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

  it("gives the container's own cgroup", () => {
    expect(placeOf(`/kubepods/pod${UID}/${ID}/a/b`)?.path).to.equal(`/kubepods/pod${UID}/${ID}`);
  });

  it('never fails, and names only what is in the path', () => {
    const piece = fc.oneof(
      fc.constantFrom('kubepods', 'docker', `pod${UID}`, `pod${UNDERSCORED}.slice`, ID, `crio-${ID}.scope`),
      fc.string({ unit: 'binary', maxLength: 20 }),
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
