import type { V1Pod } from '@kubernetes/client-node';
import type { Logger } from '../../common/log.ts';
import type { SourceError } from '../base/errors.ts';
import type { EventBook } from '../evidence/event-book.ts';
import { type HostFiles, noteMounts } from '../files/host-files.ts';
import type { Host } from '../host/host.ts';
import type { Unseen } from '../kernel/unseen.ts';
import type { RuleBook } from '../rules/rule-book.ts';
import { LogReader } from './log-reader.ts';

/** How often logs are read when nobody scrapes: what is rotated twice in between is lost. */
const POLL_MS = 15_000;

/** What of the agent the reading of logs needs. */
export interface LogServices {
  readonly hostFiles: HostFiles;
  readonly rules: RuleBook;
  readonly logger: Logger;
  readonly unseen: Unseen;
  readonly evidence: EventBook;
  /** This node's pods as far as they are known. */
  readonly pods: () => readonly V1Pod[];
  /** The host as it is at this moment. */
  readonly openView: () => Host;
}

/** Reads logs for scrapes and in between, once at a time. */
export class LogPolling {
  readonly reader: LogReader;
  readonly #services: LogServices;
  readonly #timer: NodeJS.Timeout;
  #polling: Promise<SourceError[]> | undefined;
  #polledAtMs = Number.NEGATIVE_INFINITY;

  constructor(services: LogServices) {
    this.#services = services;
    const { hostFiles, rules, logger, evidence } = services;
    this.reader = new LogReader(hostFiles, rules.current, logger.warn, ({ events, time, ...match }) => {
      const read = evidence.wallTime.moment();
      const more = { times: events === 1 ? undefined : events };
      evidence.note<'log'>({ ...match, more, time: () => time() ?? read() });
    });
    this.#timer = setInterval(() => void this.#pollIfNobodyDid(), POLL_MS).unref();
  }

  /**
   * Reads what was written since the last time.
   *
   * @returns what could not be read
   */
  poll(host: Host): Promise<SourceError[]> {
    this.#polling ??= this.#poll(host).finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#polling;
    await this.reader.close();
  }

  async #poll(host: Host): Promise<SourceError[]> {
    this.#polledAtMs = performance.now();
    const { hostFiles, rules, pods, unseen } = this.#services;
    const errors = noteMounts(host, hostFiles);
    const unread = await this.reader.poll(rules.current, pods());
    unseen.noteErrors('log_unread', unread);
    return [...errors, ...unread];
  }

  async #pollIfNobodyDid(): Promise<void> {
    if (performance.now() - this.#polledAtMs < POLL_MS) return;
    try {
      await this.poll(this.#services.openView());
    } catch (error) {
      this.#services.logger.error('Bug in reading logs', { error: String(error) });
    }
  }
}
