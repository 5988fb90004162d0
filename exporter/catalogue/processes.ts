import { gauge } from './model/define.ts';

export const processesMetrics = {
  processes: gauge({
    number: 11,
    family: 'performance',
    datasets: ['node', 'pod'],
    name: 'kubevigil_processes',
    help: 'Processes by state.',
    labels: { state: ['running', 'sleeping', 'blocked', 'zombie', 'other'] },
    attribution: 'container',
    source: '/proc/<pid>/stat; idle threads of the kernel are sleeping, stopped and traced processes other',
    reveals: 'fork bombs T1499',
    columns: [
      {
        name: 'processes',
        help: 'Processes in any state.',
        unit: 'count',
        op: 'value',
        aggregate: 'sum',
        resolution: 1,
      },
      {
        name: 'processes_running',
        help: 'Processes running or ready to run.',
        unit: 'count',
        op: 'value',
        where: { state: ['running'] },
        aggregate: 'sum',
        resolution: 1,
      },
      {
        name: 'processes_zombie',
        help: 'Processes that ended and were not waited for.',
        unit: 'count',
        op: 'value',
        where: { state: ['zombie'] },
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
  startTime: gauge({
    name: 'kubevigil_container_start_time_seconds',
    help: 'When the container began, in seconds since the Unix epoch: the start of the first of its processes that was seen.',
    labels: {},
    attribution: 'container',
    source: '/proc/<pid>/stat start time, /proc/stat btime',
    columns: [],
  }),
  suspicious: gauge({
    number: 20,
    family: 'security',
    datasets: ['node', 'pod'],
    name: 'kubevigil_suspicious_processes',
    help: 'Processes whose executable, tracer or capabilities are unusual; each counts under the first kind that fits.',
    labels: { kind: ['deleted_exe', 'memfd_exe', 'temp_exe', 'traced', 'elevated_container'] },
    attribution: 'container',
    source:
      '/proc/<pid>/exe (deleted: no link left; temporary: in /tmp, /var/tmp or /dev/shm of its own root), /proc/<pid>/status TracerPid and CapPrm (elevated: more than runtimes give by default, in the user namespace of the host)',
    reveals: 'fileless malware T1620, escape T1611',
    columns: [
      {
        name: 'suspicious_processes',
        help: 'Processes whose executable, tracer or capabilities are unusual.',
        unit: 'count',
        op: 'value',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
