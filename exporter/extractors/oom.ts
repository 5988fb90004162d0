import { SourceError } from '../base/errors.ts';
import { sample } from '../catalogue/model/sample.ts';
import { oomMetrics } from '../catalogue/oom.ts';
import { parseVmstatCounter } from '../parsers/vmstat.ts';
import type { Extractor } from '../scrape/extractor.ts';

const VMSTAT = 'proc/vmstat';

/**
 * Processes that the kernel killed for want of memory, in the whole node or in one cgroup.
 *
 * Source: /proc/vmstat, oom_kill, Linux 4.13 or newer.
 */
export const oom: Extractor = {
  name: 'oom',
  metrics: oomMetrics,
  extract(host) {
    const kills = parseVmstatCounter(host.read(VMSTAT), 'oom_kill', VMSTAT);
    if (kills === undefined) {
      throw new SourceError('absent', VMSTAT, `${VMSTAT}: this kernel has no oom_kill`);
    }
    return [sample(oomMetrics.kills, kills)];
  },
};
