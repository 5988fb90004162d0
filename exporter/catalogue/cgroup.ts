import { counter, gauge } from './model/define.ts';

export const cgroupMetrics = {
  throttled: counter({
    number: 3,
    family: 'performance',
    datasets: ['node', 'pod'],
    name: 'kubevigil_cpu_throttled_seconds_total',
    help: 'Seconds that tasks of the container were kept from running by its CPU limit.',
    labels: {},
    attribution: 'container',
    source: 'cgroup cpu.stat: v2 throttled_usec, v1 throttled_time',
    reveals: 'mining in a limited pod T1496',
    since: 'container',
    columns: [
      {
        name: 'cpu_throttled_seconds_per_second',
        help: 'Seconds of throttling per second, summed over containers.',
        unit: 'ratio',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1e-6,
        alarm: {
          of: 'pod',
          above: 0.5,
          why: 'A limit that is a little too small costs some percent; work that has no end wants its whole CPU.',
        },
      },
    ],
  }),
  cpu: counter({
    datasets: ['pod'],
    name: 'kubevigil_container_cpu_seconds_total',
    help: 'Seconds of CPU time that the container used.',
    labels: {},
    attribution: 'container',
    source: 'cgroup: v2 cpu.stat usage_usec, v1 cpuacct.usage',
    since: 'container',
    fastest: 8192, // CPUs, the most that Linux is built for
    columns: [
      {
        name: 'container_cpu_cores',
        help: 'CPU time used per second.',
        unit: 'count',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1e-6,
      },
    ],
  }),
  memory: gauge({
    datasets: ['pod'],
    name: 'kubevigil_container_memory_working_set_bytes',
    help: 'Memory of the container that the kernel cannot reclaim at once: usage less inactive file pages.',
    labels: {},
    attribution: 'container',
    source: 'cgroup: v2 memory.current, v1 memory.usage_in_bytes; less inactive_file of memory.stat',
    columns: [
      {
        name: 'container_memory_working_set_bytes',
        help: 'Memory that cannot be reclaimed at once.',
        unit: 'bytes',
        op: 'value',
        aggregate: 'sum',
        resolution: 4096,
      },
    ],
  }),
  disk: counter({
    datasets: ['pod'],
    name: 'kubevigil_container_disk_bytes_total',
    help: 'Bytes that the container read from and wrote to block devices.',
    labels: { direction: ['read', 'write'] },
    attribution: 'container',
    source:
      'cgroup: v2 io.stat, v1 blkio.throttle.io_service_bytes (Linux 6.1 only of a cgroup with a limit, since 6.10 only while some cgroup has one); disks, as for kubevigil_disk_bytes_total',
    since: 'container',
    columns: [
      {
        name: 'container_disk_read_bytes_per_second',
        help: 'Bytes read from block devices.',
        unit: 'bytes_per_second',
        op: 'rate',
        where: { direction: ['read'] },
        aggregate: 'sum',
        resolution: 512,
      },
      {
        name: 'container_disk_write_bytes_per_second',
        help: 'Bytes written to block devices.',
        unit: 'bytes_per_second',
        op: 'rate',
        where: { direction: ['write'] },
        aggregate: 'sum',
        resolution: 512,
      },
    ],
  }),
};
