import { counted } from './counted.ts';
import { alarmOf, alarmReason, overAlarm, overUsual, PLACE } from './expressions.ts';
import type { AlertGroup } from './model.ts';

const CPU = (mode: string) => `kubevigil_cpu_seconds_total{node="a",mode="${mode}"}`;
const WAITING = (resource: string) =>
  `kubevigil_pressure_waiting_seconds_total{node="a",resource="${resource}"}`;
const WRITTEN = 'kubevigil_disk_bytes_total{node="a",device="sda",direction="write"}';
const MEMORY = (state: string) => `kubevigil_memory_bytes{node="a",state="${state}"}`;
const THROTTLED =
  'kubevigil_cpu_throttled_seconds_total{node="a",namespace="shop",pod="web-1",container="web"}';
const RESTARTS =
  'kubevigil_container_restarts_total{node="a",namespace="shop",pod="web-1",container="web",reason="error"}';
const crashed = counted({
  metric: 'kubevigil_container_restarts_total',
  where: 'reason=~"error|oom"',
  window: '30m',
  by: ['namespace', 'pod', 'container'],
});

/** What takes the node's resources: mining, exhaustion, destruction. */
export const resourceAlerts: AlertGroup = {
  name: 'kubevigil-attack-resources',
  title: 'Resources taken',
  alerts: [
    {
      name: 'KubevigilCpuTakenOver',
      expr: overAlarm('cpu_busy_ratio'),
      for: { duration: '15m', why: 'builds and batch jobs pause for I/O within a quarter of an hour' },
      severity: 'warning',
      technique: 'T1496',
      summary: `${PLACE}: {{ $value | humanizePercentage }} of the CPU time is in use, without a pause`,
      meaning: 'Something takes all CPU time of the node for a long time, as crypto-mining does.',
      threshold: alarmReason('cpu_busy_ratio'),
      look: [
        'Pod dashboard: which container has the CPU time (`container_cpu_cores`), and is it the one that should?',
        '`KubevigilSuspiciousDestination` (mining ports) and `KubevigilFilelessProcess` on the same node: together they are near certainty.',
        'On the node: `top`, then `/proc/<pid>/exe` and the command line of what leads it.',
      ],
      harmless: [
        'Batch and machine-learning nodes that are meant to be full.',
        'A node too small for its pods: CPU pressure is high, no new container has appeared.',
      ],
      fires: {
        when: 'all CPU time is in use for half an hour',
        input: { [CPU('user')]: '0+15x120', [CPU('idle')]: '0+0x120' },
        at: '30m',
        labels: { node: 'a' },
        summary: 'a: 100% of the CPU time is in use, without a pause',
      },
      quiet: {
        when: 'a build takes all CPU time for five minutes, then rests',
        input: { [CPU('user')]: '0+15x20 300+0x100', [CPU('idle')]: '0+0x20 0+15x100' },
        at: '30m',
      },
    },
    {
      name: 'KubevigilPodThrottled',
      expr: overAlarm('cpu_throttled_seconds_per_second'),
      for: { duration: '15m', why: 'start-up and requests in bursts are throttled for minutes' },
      severity: 'info',
      technique: 'T1496',
      summary: `${PLACE}: kept from running for {{ $value | humanize }} s of each second by its CPU limit`,
      meaning:
        'A container with a CPU limit wants far more than it gets, all the time, as a miner in a limited pod does.',
      threshold: alarmReason('cpu_throttled_seconds_per_second'),
      look: [
        'Did it begin with a deployment, or out of nothing?',
        'Pod dashboard: suspicious execs, processes and destinations of that pod at the time.',
      ],
      harmless: [
        'A limit that is too small for the work: it throttles with the traffic, and at night not at all.',
      ],
      fires: {
        when: 'a container waits for its CPU limit most of the time',
        input: { [THROTTLED]: '0+12x120' },
        at: '30m',
        labels: { node: 'a', namespace: 'shop', pod: 'web-1' },
        summary: 'shop/web-1 on a: kept from running for 800m s of each second by its CPU limit',
      },
      quiet: {
        when: 'a container waits for a tenth of the time',
        input: { [THROTTLED]: '0+1.5x120' },
        at: '30m',
      },
    },
    {
      name: 'KubevigilMemoryExhaustion',
      expr: `${overAlarm('memory_used_ratio')} or ${overAlarm('memory_pressure_ratio')}`,
      for: { duration: '2m', why: 'a leak gets there and stays; a large allocation comes and goes' },
      severity: 'warning',
      technique: 'T1499',
      summary: `${PLACE}: memory runs out ({{ $value | humanizePercentage }} in use, or of the time waiting for it)`,
      meaning: 'The node is about to run out of memory, or stands still looking for some.',
      threshold: `${alarmReason('memory_used_ratio')} ${alarmReason('memory_pressure_ratio')}`,
      look: [
        'Pod dashboard: whose working set grows steadily?',
        '`KubevigilOomKills`: what did the kernel end?',
      ],
      harmless: ['A pod without a memory limit that was given more work.'],
      fires: {
        when: 'one part in 40 is left',
        input: {
          [MEMORY('used')]: '39e9x80',
          [MEMORY('available')]: '1e9x80',
          [WAITING('memory')]: '0+0x80',
        },
        at: '20m',
        labels: { node: 'a' },
        summary: 'a: memory runs out (97.5% in use, or of the time waiting for it)',
      },
      quiet: {
        when: 'nine tenths are in use, and nothing waits',
        input: {
          [MEMORY('used')]: '36e9x80',
          [MEMORY('available')]: '4e9x80',
          [WAITING('memory')]: '0+0.1x80',
        },
        at: '20m',
      },
    },
    {
      name: 'KubevigilOomKills',
      expr: `${counted({ metric: 'kubevigil_oom_kills_total', window: '10m', by: [] })} > 0`,
      for: {
        duration: '0s',
        why: 'a kill is over when it is seen; the ten minutes of the expression keep it in sight',
      },
      severity: 'warning',
      technique: 'T1499',
      summary: `${PLACE}: the kernel killed {{ $value | printf "%.0f" }} processes for want of memory in 10 minutes`,
      meaning: 'A process was killed because memory had run out, on the node or in a container with a limit.',
      threshold: 'Any: in a cluster that is sized to its work there are none.',
      look: [
        '`kubevigil_container_oom_kills_total` tells the container; none there: the node as a whole.',
        'Did its memory grow slowly (a leak) or at once (an attack, a large request)?',
      ],
      harmless: [
        'A container whose limit is below what it needs: it is killed again and again at the same size.',
      ],
      fires: {
        when: 'three processes are killed',
        input: { 'kubevigil_oom_kills_total{node="a"}': '7x60 10x20' },
        at: '18m',
        labels: { node: 'a' },
        summary: 'a: the kernel killed 3 processes for want of memory in 10 minutes',
      },
      quiet: {
        when: 'all kills are from before',
        input: { 'kubevigil_oom_kills_total{node="a"}': '7x80' },
        at: '18m',
      },
    },
    {
      name: 'KubevigilDiskThrash',
      expr: `${overAlarm('io_pressure_ratio')} and ${overUsual('disk_write_bytes_per_second', 'node', 5)}`,
      for: { duration: '2m', why: 'caches are flushed in seconds; overwriting a disk takes minutes' },
      severity: 'warning',
      technique: 'T1485',
      summary: `${PLACE}: tasks wait for I/O {{ $value | humanizePercentage }} of the time, and far more is written than usual`,
      meaning: 'Something writes as fast as the disk can, as wiping and encrypting for ransom do.',
      threshold: `${alarmReason('io_pressure_ratio')} And five times the day's mean of bytes written: what is usual depends on the node.`,
      look: [
        'Pod dashboard: which container writes?',
        '`KubevigilFileChanged` (canary files), and whether files are renamed.',
      ],
      harmless: ['Backups, database maintenance, and pulling large images onto a new node.'],
      fires: {
        when: 'after a quiet hour the disk is written at full speed for four minutes',
        input: { [WAITING('io')]: '0+0.1x240 24+12x20', [WRITTEN]: '0+15e6x240 36e8+3e9x20' },
        at: '64m',
        labels: { node: 'a' },
        summary: 'a: tasks wait for I/O 80% of the time, and far more is written than usual',
      },
      quiet: {
        when: 'a database that always writes that much makes tasks wait',
        input: { [WAITING('io')]: '0+0.1x240 24+12x20', [WRITTEN]: '0+3e9x260' },
        at: '64m',
      },
    },
    {
      name: 'KubevigilFilesystemFilling',
      expr: ['bytes', 'inodes']
        .map((resource) => {
          const column = resource === 'bytes' ? 'filesystem_used_ratio' : 'filesystem_inodes_used_ratio';
          return `max by (cluster, node, mountpoint, resource) (kubevigil_filesystem_used_ratio{resource="${resource}"}) > ${alarmOf(column).above}`;
        })
        .join(' or '),
      for: { duration: '5m', why: 'images are unpacked and logs rotated within minutes' },
      severity: 'warning',
      technique: 'T1499',
      summary: `${PLACE}: {{ $value | humanizePercentage }} of the {{ $labels.resource }} of {{ $labels.mountpoint }} are in use`,
      meaning: 'A filesystem of the node is nearly full, of bytes or of inodes.',
      threshold: `${alarmReason('filesystem_used_ratio')} ${alarmReason('filesystem_inodes_used_ratio')}`,
      look: [
        'Node dashboard: did it jump (an attack, a dump) or creep (logs, images)?',
        'On the node: `du -x` for bytes, `du -x --inodes` for inodes.',
      ],
      harmless: [
        'A filesystem that is meant to be full; the mount point in a silence leaves the others watched.',
      ],
      fires: {
        when: 'a filesystem is filled',
        input: {
          'kubevigil_filesystem_used_ratio{node="a",mountpoint="/",resource="inodes"}': '0.5x20 0.95x60',
        },
        at: '15m',
        labels: { node: 'a', mountpoint: '/', resource: 'inodes' },
        summary: 'a: 95% of the inodes of / are in use',
      },
      quiet: {
        when: 'it is full for two minutes, until an image is collected',
        input: {
          'kubevigil_filesystem_used_ratio{node="a",mountpoint="/",resource="inodes"}':
            '0.5x20 0.95x8 0.5x60',
        },
        at: '15m',
      },
    },
    {
      name: 'KubevigilCrashLoop',
      expr: `${crashed} > 3`,
      for: { duration: '0s', why: 'the half hour of the expression is the patience' },
      severity: 'warning',
      technique: 'T1190',
      summary: `${PLACE}: {{ $labels.container }} ended with an error {{ $value | printf "%.0f" }} times in 30 minutes`,
      meaning: 'A container crashes again and again, as a service does that is being exploited.',
      threshold:
        'More than three: the kubelet doubles its pause up to five minutes, so that what cannot start at all makes about ten in half an hour.',
      look: [
        '`kubectl logs --previous`: is it the same input each time?',
        'Execs, connections and new destinations of the pod just before a crash.',
      ],
      harmless: ['A broken deployment: it began with a new image or configuration.'],
      fires: {
        when: 'it crashes every four minutes',
        input: { [RESTARTS]: '0x16 1x16 2x16 3x16 4x16 5x16 6x16 7x16' },
        at: '31m',
        labels: { node: 'a', namespace: 'shop', pod: 'web-1', container: 'web' },
        summary: 'shop/web-1 on a: web ended with an error 7 times in 30 minutes',
      },
      quiet: { when: 'it crashed twice', input: { [RESTARTS]: '0x16 1x16 2x90' }, at: '31m' },
      born: {
        series: RESTARTS,
        least: 4,
        summary: 'shop/web-1 on a: web ended with an error 4 times in 30 minutes',
      },
    },
  ],
};
