import { malformed, SourceError } from '../base/errors.ts';
import { memoryMetrics } from '../catalogue/memory.ts';
import { sample } from '../catalogue/model/sample.ts';
import { parseMeminfoField } from '../parsers/meminfo.ts';
import type { Extractor } from '../scrape/extractor.ts';

const MEMINFO = 'proc/meminfo';

/**
 * Memory available to new work, and the rest.
 *
 * Source: /proc/meminfo, MemTotal and MemAvailable (Linux 3.14 or newer). What an older kernel would need to
 * estimate it is not there either, so that such a node has no memory series rather than a wrong one.
 */
export const memory: Extractor = {
  name: 'memory',
  metrics: memoryMetrics,
  extract(host) {
    const text = host.read(MEMINFO);
    const total = parseMeminfoField(text, 'MemTotal', MEMINFO);
    if (total === undefined) throw malformed(MEMINFO, 'a line "MemTotal: …"', text);
    const available = parseMeminfoField(text, 'MemAvailable', MEMINFO);
    if (available === undefined) {
      throw new SourceError('absent', MEMINFO, `${MEMINFO}: this kernel has no MemAvailable`);
    }
    if (available > total) {
      // lxcfs of some versions shows a container's total beside the host's available.
      throw malformed(MEMINFO, `MemAvailable within MemTotal, ${total} bytes`, `${available} bytes`);
    }
    return [
      sample(memoryMetrics.bytes, total - available, { state: 'used' }),
      sample(memoryMetrics.bytes, available, { state: 'available' }),
    ];
  },
};
