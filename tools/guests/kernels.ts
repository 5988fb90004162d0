/** The kernels that Debian's releases have, by version. */
export const SUITES: ReadonlyMap<string, string> = new Map([
  ['5.10', 'bullseye'],
  ['6.1', 'bookworm'],
  ['6.12', 'trixie'],
]);

/** What systemd of the guests' root is told, so that control groups are of version 2 alone or of version 1. */
export const CGROUP_WORDS = {
  v2: ['systemd.unified_cgroup_hierarchy=1'],
  v1: ['systemd.unified_cgroup_hierarchy=0', 'systemd.legacy_systemd_cgroup_controller=1'],
} as const;
