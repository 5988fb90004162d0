import { counter, gauge, OPEN } from './model/define.ts';

/** What the agent tells about itself: whether its figures can be trusted, and what they cost. */
export const agentMetrics = {
  buildInfo: gauge({
    name: 'kubevigil_build_info',
    help: 'Always 1; the labels name the version of the agent and of Node.js.',
    labels: { version: OPEN, node_version: OPEN },
    source: 'package.json',
    columns: [],
  }),
  nodeInfo: gauge({
    name: 'kubevigil_node_info',
    help: 'Always 1; the labels describe the host, read once at start.',
    labels: { kernel: OPEN, os: OPEN, os_version: OPEN, arch: OPEN, cpu_model: OPEN, virtualization: OPEN },
    source: 'systeminformation; os and os_version from etc/os-release under --path.rootfs',
    columns: [],
  }),
  extractorSuccess: gauge({
    name: 'kubevigil_extractor_success',
    help: 'Whether the extractor read everything that it is for (1) or not (0).',
    labels: { extractor: OPEN },
    source: 'the agent',
    columns: [],
  }),
  extractorDuration: gauge({
    name: 'kubevigil_extractor_duration_seconds',
    help: 'How long the extractor took in this scrape.',
    labels: { extractor: OPEN },
    source: 'the agent, monotonic clock',
    columns: [],
  }),
  extractorCpu: counter({
    name: 'kubevigil_extractor_cpu_seconds_total',
    help: 'CPU time that the agent used while it waited for the extractor, since it started.',
    labels: { extractor: OPEN },
    source: 'the agent, getrusage(2)',
    since: 'agent',
    columns: [],
  }),
  seriesDropped: counter({
    name: 'kubevigil_series_dropped_total',
    help: 'Series folded into the pod _other, or left out where they have no pod, beyond the cap of the metric.',
    labels: { metric: OPEN },
    source: 'the agent',
    since: 'agent',
    columns: [],
  }),
  unseen: counter({
    name: 'kubevigil_unseen_total',
    help: 'What the agent should have looked at and could not, by reason: each look that failed counts.',
    labels: {
      reason: [
        'path_unresolved',
        'arguments_gone',
        'process_unread',
        'namespace_unread',
        'file_unread',
        'log_unread',
        'mount_unresponsive',
      ],
    },
    source: 'the agent; a reason that no enabled extractor looks for has no series',
    since: 'agent',
    columns: [],
  }),
  socketTableAge: gauge({
    name: 'kubevigil_socket_table_age_seconds',
    help: 'Age of the oldest socket table that this scrape reports.',
    labels: {},
    source: 'the agent',
    columns: [],
  }),
  writableMounts: gauge({
    name: 'kubevigil_writable_mounts',
    help: 'Mounts of the host that the agent was given to read and could write to, when it started; not those of the folder instances of tracefs.',
    labels: { kind: ['rootfs', 'sysfs', 'tracefs'] },
    source:
      '/proc/self/mountinfo, options of the mounts at and below --path.rootfs, --path.sysfs and --path.tracefs',
    columns: [],
  }),
};
