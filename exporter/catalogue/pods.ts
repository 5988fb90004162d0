import { counter, gauge, OPEN } from './model/define.ts';

export const podsMetrics = {
  restarts: counter({
    number: 12,
    family: 'performance',
    datasets: ['node', 'pod'],
    name: 'kubevigil_container_restarts_total',
    help: 'Restarts of the container seen since the agent started, by the reason of the end before.',
    labels: { reason: ['oom', 'error', 'completed', 'other'] },
    attribution: 'container',
    source: 'watch of the pods on this node: increments of restartCount',
    reveals: 'crash after exploitation T1190',
    since: 'agent',
    columns: [
      {
        name: 'container_restarts_per_second',
        help: 'Container restarts.',
        unit: 'per_second',
        op: 'rate',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
  risky: gauge({
    number: 21,
    family: 'security',
    datasets: ['node', 'pod'],
    name: 'kubevigil_risky_pods',
    help: 'Whether the pod matches the rule (1) or not (0).',
    labels: { rule: OPEN },
    attribution: 'pod',
    source: 'watch of the pods on this node, pod rules',
    reveals: 'privileged pods T1610',
    columns: [
      {
        name: 'risky_pods',
        help: 'Matches of pod rules.',
        unit: 'count',
        op: 'value',
        aggregate: 'sum',
        resolution: 1,
      },
    ],
  }),
};
