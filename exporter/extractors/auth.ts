import type { V1Pod } from '@kubernetes/client-node';
import { authMetrics } from '../catalogue/auth.ts';
import type { SourceError } from '../errors.ts';
import { type Extractor, sample } from '../extractor.ts';
import { LogReader } from '../logs/log-reader.ts';
import type { RuleBook } from '../rules/rule-book.ts';

/** How often logs are read when nobody scrapes: what is rotated twice in between is lost. */
const POLL_MS = 5_000;

/** One poll at a time, for scrapes and the timer alike. */
class LogPolling {
  readonly reader: LogReader;
  readonly #rules: RuleBook;
  readonly #pods: () => readonly V1Pod[];
  readonly #timer: NodeJS.Timeout;
  #polling: Promise<SourceError[]> | undefined;

  constructor(reader: LogReader, rules: RuleBook, pods: () => readonly V1Pod[]) {
    this.reader = reader;
    this.#rules = rules;
    this.#pods = pods;
    // What goes wrong in between goes wrong again at the next scrape, which tells it.
    this.#timer = setInterval(() => void this.poll().catch(() => {}), POLL_MS).unref();
  }

  poll(): Promise<SourceError[]> {
    this.#polling ??= this.reader.poll(this.#rules.current, this.#pods()).finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#polling?.catch(() => {});
    await this.reader.close();
  }
}

/**
 * Failed logins: lines of the host's logs, and of the containers that a rule selects, that match a log rule.
 *
 * Source: the files that rules name below `--path.rootfs`, the journal by journalctl where none of them is there,
 * /var/log/pods; what is appended from the agent's start on.
 */
export const auth: Extractor<LogPolling> = {
  name: 'auth',
  metrics: authMetrics,
  async open({ paths, guard, rules, pods }) {
    const access = { prefix: paths.rootfs.replace(/\/+$/, ''), guard };
    const polling = new LogPolling(new LogReader(access, rules.current), rules, pods);
    await polling.poll();
    return polling;
  },
  async extract(_host, polling) {
    const errors = await polling.poll();
    const failures = polling.reader
      .series()
      .map(({ rule, owner, count }) => sample(authMetrics.failures, count, { rule, ...owner }));
    return { samples: [...failures, sample(authMetrics.skipped, polling.reader.skippedBytes)], errors };
  },
  close: (polling) => polling.close(),
};
