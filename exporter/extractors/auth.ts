import { authMetrics } from '../catalogue/auth.ts';
import { sample } from '../catalogue/model/sample.ts';
import { LogPolling } from '../logs/log-polling.ts';
import type { Extractor } from '../scrape/extractor.ts';

/**
 * Failed logins: lines of the host's logs, and of the containers that a rule selects, that match a log rule.
 *
 * Source: the files that rules name below `--path.rootfs`, the journal where none of them is there,
 * /var/log/pods; what is appended from the agent's start on.
 */
export const auth: Extractor<LogPolling> = {
  name: 'auth',
  metrics: authMetrics,
  async open(services) {
    const polling = new LogPolling(services);
    await polling.poll(services.openView());
    return polling;
  },
  async extract(host, polling) {
    const errors = await polling.poll(host);
    const failures = polling.reader
      .series()
      .map(({ rule, owner, count }) => sample(authMetrics.failures, count, { rule, ...owner }));
    return { samples: [...failures, sample(authMetrics.skipped, polling.reader.skippedBytes)], errors };
  },
  close: (polling) => polling.close(),
};
