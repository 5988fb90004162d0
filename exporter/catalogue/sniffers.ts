import { gauge } from './model/define.ts';

export const sniffersMetrics = {
  sniffers: gauge({
    number: 24,
    name: 'kubevigil_network_sniffers',
    help: 'Packet sockets, and interfaces in promiscuous mode that are not ports of a bridge.',
    labels: { kind: ['packet_socket', 'promiscuous_interface'] },
    attribution: 'pod',
    source:
      'net/packet of every network namespace; interface flags of the host, and of pods through the sysfs that their runtime mounted',
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
