import { logsMetrics } from '../catalogue/logs.ts';
import { sample } from '../catalogue/model/sample.ts';
import { LogPolling } from '../logs/log-polling.ts';
import type { Extractor } from '../scrape/extractor.ts';

/**
 * Lines of the host's logs, and of the containers that a rule selects, that match a log rule.
 *
 * Source: the files that rules name below `--path.rootfs`, the journal where none of them is there,
 * /var/log/pods; what is appended from the agent's start on.
 */
export const logs: Extractor<LogPolling> = {
  name: 'logs',
  metrics: logsMetrics,
  async open(services) {
    const polling = new LogPolling(services);
    await polling.poll(services.openView());
    return polling;
  },
  async extract(host, polling) {
    const errors = await polling.poll(host);
    const lines = polling.reader
      .series()
      .map(({ rule, category, owner, count }) =>
        sample(logsMetrics.lines, count, { rule, category, ...owner }),
      );
    return { samples: [...lines, sample(logsMetrics.skipped, polling.reader.skippedBytes)], errors };
  },
  close: (polling) => polling.close(),
};
