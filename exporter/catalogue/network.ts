import { counter, OPEN } from './model/define.ts';

const DIRECTIONS = ['receive', 'transmit'] as const;
const SOURCE =
  '/proc/1/net/dev, uplinks: a device link and no master that has one; without any, a default route';

export const networkMetrics = {
  bytes: counter({
    number: 8,
    family: 'performance',
    datasets: ['node'],
    name: 'kubevigil_network_bytes_total',
    help: 'Bytes received and transmitted by each uplink of the node.',
    labels: { device: OPEN, direction: DIRECTIONS },
    source: SOURCE,
    reveals: 'exfiltration T1041, floods T1498',
    since: 'boot',
    columns: [
      {
        name: 'network_receive_bytes_per_second',
        help: 'Bytes received.',
        unit: 'bytes_per_second',
        op: 'rate',
        where: { direction: ['receive'] },
        aggregate: 'sum',
        resolution: 1,
      },
      {
        name: 'network_transmit_bytes_per_second',
        help: 'Bytes transmitted.',
        unit: 'bytes_per_second',
        op: 'rate',
        where: { direction: ['transmit'] },
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
  packets: counter({
    number: 9,
    family: 'performance',
    datasets: ['node'],
    name: 'kubevigil_network_packets_total',
    help: 'Packets received and transmitted by each uplink of the node.',
    labels: { device: OPEN, direction: DIRECTIONS },
    source: SOURCE,
    reveals: 'small-packet floods T1498',
    since: 'boot',
    columns: [
      {
        name: 'network_receive_packets_per_second',
        help: 'Packets received.',
        unit: 'per_second',
        op: 'rate',
        where: { direction: ['receive'] },
        aggregate: 'sum',
        resolution: 1,
        alarm: {
          of: 'node',
          above: 50000,
          why: 'Full packets at 1 Gbit/s are 83,000 a second, but those are large; the alert asks for small ones.',
        },
      },
      {
        name: 'network_transmit_packets_per_second',
        help: 'Packets transmitted.',
        unit: 'per_second',
        op: 'rate',
        where: { direction: ['transmit'] },
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
