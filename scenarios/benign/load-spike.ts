import { targetedScenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { HttpRequestsOptions } from '../workers/http-requests.ts';

/** A sale begins: many customers at once, each looking at the pages that customers look at. */
export const loadSpike = targetedScenario('benign', {
  name: 'load_spike',
  help: 'More ordinary requests than usual.',
  resembles: ['web'],
  technique: 'T1499.002',
  moves: [
    'cpu_busy_ratio',
    'cpu_system_ratio',
    'cpu_pressure_ratio',
    'cpu_throttled_seconds_per_second',
    'container_cpu_cores',
    'container_memory_working_set_bytes',
    'processes',
    'processes_running',
    'forks_per_second',
    'disk_read_bytes_per_second',
    'container_disk_read_bytes_per_second',
    'tcp_established',
    'tcp_resets_sent_per_second',
    'network_receive_bytes_per_second',
    'network_transmit_bytes_per_second',
    'network_receive_packets_per_second',
    'network_transmit_packets_per_second',
    'container_network_receive_bytes_per_second',
    'container_network_transmit_bytes_per_second',
  ],
  parameters: {
    connections: { help: 'customers', default: 24, most: 128 },
    requestsPerSecond: { help: 'requests per second', default: 150, most: 1_000 },
  },
  work({ durationMs, values, target, signal }) {
    const paths = ['/', '/items/1', '/items/2', '/search?q=lamp', '/items/3'];
    const options: HttpRequestsOptions = { durationMs, target, ...values, irregular: true, paths };
    return runWorker('http-requests', options, signal);
  },
});
