import { counter, OPEN } from './model/define.ts';

export const connectionsMetrics = {
  destinations: counter({
    number: 16,
    family: 'security',
    datasets: ['node', 'pod'],
    name: 'kubevigil_outbound_destinations_total',
    help: 'First TCP connects of a pod to an address and port, refused ones included, by the rule that they match.',
    labels: { rule: OPEN },
    attribution: 'pod',
    source:
      'tracepoint sock:inet_sock_set_state to SYN_SENT, else net/tcp and net/tcp6 of every network namespace; TCP only',
    reveals: 'command and control T1071, mining pools T1496, cloud metadata T1552.005',
    since: 'agent',
    columns: [
      {
        name: 'outbound_destinations_per_second',
        help: 'New TCP destinations.',
        unit: 'per_second',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
