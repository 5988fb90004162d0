import { counter, OPEN } from './model/define.ts';

const SECTOR_BYTES = 512;

export const diskMetrics = {
  bytes: counter({
    number: 6,
    family: 'performance',
    datasets: ['node'],
    name: 'kubevigil_disk_bytes_total',
    help: 'Bytes read from and written to each disk.',
    labels: { device: OPEN, direction: ['read', 'write'] },
    source: '/proc/diskstats, sectors of 512 bytes, devices with a /sys/block/<device>/device link',
    reveals: 'destruction T1485',
    since: 'device',
    columns: [
      {
        name: 'disk_read_bytes_per_second',
        help: 'Bytes read from disks.',
        unit: 'bytes_per_second',
        op: 'rate',
        where: { direction: ['read'] },
        aggregate: 'sum',
        resolution: SECTOR_BYTES,
      },
      {
        name: 'disk_write_bytes_per_second',
        help: 'Bytes written to disks.',
        unit: 'bytes_per_second',
        op: 'rate',
        where: { direction: ['write'] },
        aggregate: 'sum',
        resolution: SECTOR_BYTES,
      },
    ],
  }),
};
