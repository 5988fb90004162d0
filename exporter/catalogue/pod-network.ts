import { counter } from './model/define.ts';

export const podNetworkMetrics = {
  bytes: counter({
    datasets: ['pod'],
    name: 'kubevigil_container_network_bytes_total',
    help: 'Bytes that the pod received and transmitted.',
    labels: { direction: ['receive', 'transmit'] },
    attribution: 'pod',
    source: '/proc/<pid>/net/dev of one process per network namespace, loopback excepted',
    since: 'container',
    columns: [
      {
        name: 'container_network_receive_bytes_per_second',
        help: 'Bytes that the pod received.',
        unit: 'bytes_per_second',
        op: 'rate',
        where: { direction: ['receive'] },
        aggregate: 'sum',
        resolution: 1,
      },
      {
        name: 'container_network_transmit_bytes_per_second',
        help: 'Bytes that the pod transmitted.',
        unit: 'bytes_per_second',
        op: 'rate',
        where: { direction: ['transmit'] },
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
