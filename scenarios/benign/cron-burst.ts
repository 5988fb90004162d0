import { COMPUTING, FILES } from '../scenario/column-groups.ts';
import { scenario } from '../scenario/define.ts';
import { runWorker } from '../scenario/worker.ts';
import type { CronBurstOptions } from '../workers/cron-burst.ts';

/** It is the full hour, for which everybody wrote his job down. */
export const cronBurst = scenario('benign', {
  name: 'cron_burst',
  help: 'Many short programs at once, each started by a shell as cron does it, in bursts.',
  resembles: ['resources', 'post_exploitation', 'vulnerability'],
  technique: 'T1053.003',
  rules: ['shell_in_container'],
  moves: [...COMPUTING, ...FILES, 'suspicious_execs_per_second'],
  parameters: {
    jobs: { help: 'jobs of a burst', default: 30, most: 100 },
    intervalSeconds: { help: 'seconds between bursts', default: 1, most: 3_600, fixed: true },
  },
  work({ durationMs, values, signal }) {
    const options: CronBurstOptions = { durationMs, ...values };
    return runWorker('cron-burst', options, signal);
  },
});
