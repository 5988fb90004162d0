import { CGROUP_WORDS } from '../guests/kernels.ts';

/** A kernel, how it is started, and what it shall be like. */
export interface Machine {
  /** As in the table and for `--only`. */
  readonly name: string;
  /** Its version. */
  readonly kernel: string;
  readonly cgroups: 'v1' | 'v2';
  /** Further words of the kernel's command line. */
  readonly boot: readonly string[];
  /** Whether the kernel denies tracing. */
  readonly lockedDown: boolean;
}

const plain = { boot: CGROUP_WORDS.v2, cgroups: 'v2', lockedDown: false } as const;

/** The kernels that Debian's releases have, oldest first. */
export const MACHINES: readonly Machine[] = [
  { ...plain, name: '5.10', kernel: '5.10' },
  { ...plain, name: '6.1', kernel: '6.1' },
  { ...plain, name: '6.1-v1', kernel: '6.1', cgroups: 'v1', boot: CGROUP_WORDS.v1 },
  { ...plain, name: '6.12', kernel: '6.12' },
  {
    ...plain,
    name: '6.12-lockdown',
    kernel: '6.12',
    boot: [...CGROUP_WORDS.v2, 'lockdown=confidentiality'],
    lockedDown: true,
  },
];
