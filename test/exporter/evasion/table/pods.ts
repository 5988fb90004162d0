import { type Family, type Outcome, otherwise, type PodRow, SEEN, type Sign, unseen } from './model.ts';

const CAPABILITY = 'dangerous_capability_pod';
const PRIVILEGED = 'privileged_pod';
const HOST_PATH = 'host_path_pod';

type Spec = PodRow['spec'];
type Context = NonNullable<Spec['containers'][number]['securityContext']>;

const CONTAINER = { name: 'app', image: 'registry.example/app:1' };
const ADMISSION =
  'an admission policy (Pod Security, `restricted`) refuses such pods, which is better than to watch them';

function asked(
  id: string,
  attack: string,
  spec: Partial<Spec>,
  evades: readonly [Sign, ...Sign[]],
  outcome: Outcome = SEEN,
): PodRow {
  return { id, in: 'pod', attack, evades, outcome, spec: { containers: [CONTAINER], ...spec } };
}

const withContext = (securityContext: Context): Partial<Spec> => ({
  containers: [{ ...CONTAINER, securityContext }],
});
const adding = (...add: readonly string[]) => withContext({ capabilities: { add: [...add] } });

export const PODS: Family = {
  title: 'What a pod asks for',
  note: 'The agent watches an API server that has such a pod on its node.',
  rows: [
    asked('pod-privileged', 'makes a container privileged', withContext({ privileged: true }), [PRIVILEGED]),
    asked(
      'pod-privileged-init',
      'makes an init container privileged, which is over when the others start',
      { initContainers: [{ ...CONTAINER, name: 'init', securityContext: { privileged: true } }] },
      [PRIVILEGED],
    ),
    asked(
      'pod-privileged-ephemeral',
      'adds a privileged container to a pod that runs (`kubectl debug`)',
      { ephemeralContainers: [{ ...CONTAINER, name: 'debug', securityContext: { privileged: true } }] },
      [PRIVILEGED],
    ),
    asked('pod-capability', 'adds the capability SYS_ADMIN', adding('SYS_ADMIN'), [CAPABILITY]),
    asked('pod-capability-lower', 'adds `sys_admin`, which containerd takes as well', adding('sys_admin'), [
      CAPABILITY,
    ]),
    asked(
      'pod-capability-prefix',
      'adds `CAP_SYS_ADMIN`, which CRI-O takes as well',
      adding('CAP_SYS_ADMIN'),
      [CAPABILITY],
    ),
    asked('pod-capability-all', 'adds `all`', adding('all'), [CAPABILITY]),
    asked(
      'pod-capability-other',
      'adds NET_ADMIN, with the network of the host',
      { ...adding('NET_ADMIN'), hostNetwork: true },
      [CAPABILITY],
      otherwise(['host_network_pod'], 'it is told by the network that it shares'),
    ),
    asked(
      'pod-host-path',
      'mounts a folder of the host',
      { volumes: [{ name: 'host', hostPath: { path: '/' } }] },
      [HOST_PATH],
    ),
    asked(
      'pod-host-path-claim',
      'mounts a folder of the host by a claim of a volume that is a hostPath, or local',
      { volumes: [{ name: 'host', persistentVolumeClaim: { claimName: 'host' } }] },
      [HOST_PATH],
      unseen(
        'a pod names its claim, and only the volume says what that is',
        'the right to read volumes and claims of the whole cluster, for each node; only admins make volumes',
      ),
    ),
    asked(
      'pod-host-path-inline',
      'mounts a folder of the host by a driver in the pod (CSI inline, NFS of the node)',
      { volumes: [{ name: 'host', csi: { driver: 'hostpath.csi.k8s.io' } }] },
      [HOST_PATH],
      unseen('what a driver mounts is its own affair', ADMISSION),
    ),
    asked('pod-host-pid', "shares the host's processes", { hostPID: true }, ['host_pid_pod']),
    asked(
      'pod-host-ipc',
      "shares the host's IPC",
      { hostIPC: true },
      [PRIVILEGED],
      unseen('no default rule asks for it', 'a rule of your own, `host_ipc`, costs nothing'),
    ),
    asked(
      'pod-unmasked',
      'takes the protection of `/proc` away (`procMount: Unmasked`), or seccomp and AppArmor (`Unconfined`)',
      withContext({ procMount: 'Unmasked', seccompProfile: { type: 'Unconfined' } }),
      [PRIVILEGED],
      unseen('rules have no such fields', `some bytes for each container that is known; ${ADMISSION}`),
    ),
  ],
};
