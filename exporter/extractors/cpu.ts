import { Unread } from '../base/lines.ts';
import { CPU_MODES, cpuMetrics } from '../catalogue/cpu.ts';
import { sample } from '../catalogue/model/sample.ts';
import { CpuClock } from '../host/cpu-clock.ts';
import { parseAllCpus, parseCpuTicks } from '../parsers/stat.ts';
import type { Extractor } from '../scrape/extractor.ts';

const STAT = 'proc/stat';

/** USER_HZ, which is 100 on every architecture that Node.js runs on, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/**
 * CPU time by mode, summed over the node's CPUs.
 *
 * Source: /proc/stat, lines cpuN (and the first line for what CPUs counted that are offline), every kernel; ticks of 1/100 s since boot, exposed as seconds.
 */
export const cpu: Extractor<CpuClock> = {
  name: 'cpu',
  metrics: cpuMetrics,
  open: () => new CpuClock(),
  extract(host, clock) {
    const text = host.read(STAT);
    const unread = new Unread(STAT);
    const cpus = parseCpuTicks(text, unread);
    const errors = unread.errors((cpu) => !cpus.has(Number(cpu)));
    // A sum without one of its CPUs would look like an idle one.
    if (errors.some(({ code }) => code === 'malformed')) return { samples: [], errors };
    const ticks = clock.advance(cpus, parseAllCpus(text));
    const samples = CPU_MODES.map((mode) =>
      sample(cpuMetrics.seconds, ticks[mode] / TICKS_PER_SECOND, { mode }),
    );
    return { samples, errors };
  },
};
