import { gauge } from './model/define.ts';

export const sniffersMetrics = {
  sniffers: gauge({
    number: 24,
    name: 'kubevigil_network_sniffers',
    help: 'Packet sockets, and interfaces in promiscuous mode that are not ports of a bridge.',
    labels: { kind: ['packet_socket', 'promiscuous_interface'] },
    attribution: 'pod',
    source: 'net/packet and interface flags of every network namespace',
    reveals: 'sniffing T1040',
    status: 'exposed',
    columns: [
      {
        name: 'network_sniffers',
        help: 'Packet sockets and promiscuous interfaces.',
        unit: 'count',
        op: 'value',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
