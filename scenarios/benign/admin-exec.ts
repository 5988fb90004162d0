import { scenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { AdminSessionOptions } from '../workers/admin-session.ts';

/** `kubectl exec`: somebody who may has a look. What is started may have to be read from the disk. */
export const adminExec = scenario('benign', {
  name: 'admin_exec',
  help: 'A shell, and the commands of somebody who looks after the service.',
  resembles: ['post_exploitation', 'vulnerability'],
  technique: 'T1609',
  rules: ['shell_in_container'],
  moves: [
    'suspicious_execs_per_second',
    'forks_per_second',
    'processes',
    'container_memory_working_set_bytes',
    'container_cpu_cores',
    'disk_read_bytes_per_second',
    'container_disk_read_bytes_per_second',
  ],
  parameters: {
    commandsPerSecond: { help: 'commands per second', default: 2, most: 20 },
  },
  work({ durationMs, values, signal }) {
    const options: AdminSessionOptions = { durationMs, ...values };
    return runWorker('admin-session', options, signal);
  },
});
