import { gauge } from './model/define.ts';

export const sniffersMetrics = {
  sniffers: gauge({
    number: 24,
    family: 'security',
    datasets: ['node', 'pod'],
    name: 'kubevigil_network_sniffers',
    help: 'Packet sockets, raw IP sockets (ping has one for as long as it runs), and interfaces in promiscuous mode that are not ports of a bridge.',
    labels: { kind: ['packet_socket', 'raw_socket', 'promiscuous_interface'] },
    attribution: 'pod',
    source:
      'net/packet, and RAW of net/sockstat and sockstat6, of every network namespace; interface flags of the host, and of pods through the sysfs that their runtime mounted',
    reveals: 'sniffing T1040',
    columns: [
      {
        name: 'network_sniffers',
        help: 'Packet and raw sockets and promiscuous interfaces.',
        unit: 'count',
        op: 'value',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
