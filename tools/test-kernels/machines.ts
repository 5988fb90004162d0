/** A kernel, how it is started, and what it shall be like. */
export interface Machine {
  /** As in the table and for `--only`. */
  readonly name: string;
  /** Debian's release that has the kernel. */
  readonly suite: string;
  readonly cgroups: 'v1' | 'v2';
  /** Further words of the kernel's command line. */
  readonly boot: readonly string[];
  /** Whether the kernel denies tracing. */
  readonly lockedDown: boolean;
}

const UNIFIED = ['systemd.unified_cgroup_hierarchy=1'];
const LEGACY = ['systemd.unified_cgroup_hierarchy=0', 'systemd.legacy_systemd_cgroup_controller=1'];

const plain = { boot: UNIFIED, cgroups: 'v2', lockedDown: false } as const;

/** The kernels that Debian's releases have, oldest first. */
export const MACHINES: readonly Machine[] = [
  { ...plain, name: '5.10', suite: 'bullseye' },
  { ...plain, name: '6.1', suite: 'bookworm' },
  { ...plain, name: '6.1-v1', suite: 'bookworm', cgroups: 'v1', boot: LEGACY },
  { ...plain, name: '6.12', suite: 'trixie' },
  {
    ...plain,
    name: '6.12-lockdown',
    suite: 'trixie',
    boot: [...UNIFIED, 'lockdown=confidentiality'],
    lockedDown: true,
  },
];
