import { forksMetrics } from '../catalogue/forks.ts';
import { sample } from '../catalogue/model/sample.ts';
import { parseForks } from '../parsers/stat.ts';
import type { Extractor } from '../scrape/extractor.ts';

const STAT = 'proc/stat';

/**
 * Processes and threads started since boot.
 *
 * Source: /proc/stat, line `processes`, every kernel.
 */
export const forks: Extractor = {
  name: 'forks',
  metrics: forksMetrics,
  extract(host) {
    return [sample(forksMetrics.forks, parseForks(host.read(STAT), STAT))];
  },
};
