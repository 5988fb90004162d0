import { messageOf } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import { type Ms, wholeMs } from '../../common/ms.ts';
import { utcDay } from '../../common/times.ts';
import type { NodeRows } from '../../dataset/model/rows.ts';

import type { BuildConfig } from '../config/schema.ts';
import type { Pseudonyms } from '../names/pseudonyms.ts';
import type { Plan } from '../plan/model.ts';
import { plan } from '../plan/plan.ts';
import { connect, type Prometheus } from '../prometheus/client.ts';
import { pseudonymousSource } from '../pseudonyms/configured.ts';
import type { SampleSource } from '../samples/series.ts';
import { byQueryInstead, openSource } from '../sources/open-source.ts';
import { warnOfLateness } from '../stages/arrival.ts';
import { rowsOf } from '../stages/rows.ts';

/** Times by one clock. */
interface Times {
  nowMs(): Ms;
}

/** A plan looks back so far, or so many steps, for the jobs that there are. */
const PLANNED_BACK_MS = 3_600_000;
const PLANNED_BACK_STEPS = 10;
const PLAN_AGAIN_MS = 300_000;
/** A stream tries again by itself, and tells its readers meanwhile. */
const ATTEMPTS = 1;

export interface UpstreamOptions {
  readonly config: BuildConfig;
  readonly pseudonyms?: Pseudonyms | undefined;
  readonly clock: Times;
  /** Called with each new connection, to see what the server's clock shows. */
  readonly onConnect?: (prometheus: Prometheus) => Promise<void>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Prometheus, as a stream reads it: the plan follows new jobs and intervals, a lost connection is made anew. */
export class Upstream {
  #options: UpstreamOptions;
  #source: SampleSource;
  #prometheus: Prometheus;
  #plan: Plan;
  #plannedMs: number;

  private constructor(options: UpstreamOptions, connected: Connected, planned: Plan) {
    this.#options = options;
    this.#prometheus = connected.prometheus;
    this.#source = connected.source;
    this.#plan = planned;
    this.#plannedMs = options.clock.nowMs();
  }

  /**
   * @param from the first moment that will be read, given what time it is
   * @throws {BuilderError} when there is no Prometheus, or it has none of the metrics
   */
  static async open(options: UpstreamOptions, from: (nowMs: number) => number): Promise<Upstream> {
    const connected = await connectTo(options);
    const fromMs = from(options.clock.nowMs());
    const planned = await planNow(options, connected.prometheus, fromMs);
    await warnOfLateness(connected.source, planned, options.clock.nowMs(), options.log);
    return new Upstream(options, connected, planned);
  }

  /** The way in which samples are read. */
  get samples(): SampleSource {
    return this.#source;
  }

  get plan(): Plan {
    return this.#plan;
  }

  /** The rows of these steps, by the stages of a build. */
  async read(firstMs: number, lastMs: number): Promise<NodeRows[]> {
    const steps = { date: utcDay(firstMs), firstMs, lastMs };
    try {
      return await rowsOf(this.#source, this.#plan, steps);
    } catch (error) {
      const config = byQueryInstead(error, this.#options.config, this.#options.log);
      this.#options = { ...this.#options, config };
      await this.reconnect();
      return rowsOf(this.#source, this.#plan, steps);
    }
  }

  /** Connects anew after a failure: credentials are read from their files when a connection is made. */
  async reconnect(): Promise<void> {
    const { prometheus, source } = await connectTo(this.#options);
    this.#prometheus = prometheus;
    this.#source = source;
  }

  /** Plans again now and then; when that fails, as without metrics for an hour, the plan stays. */
  refresh(): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#plannedMs < PLAN_AGAIN_MS) return;
    this.#plannedMs = nowMs;
    void this.#planAgain();
  }

  async #planAgain(): Promise<void> {
    const { log, onConnect, signal } = this.#options;
    try {
      await onConnect?.(this.#prometheus);
      this.#plan = await planNow(this.#options, this.#prometheus);
      await warnOfLateness(this.#source, this.#plan, this.#options.clock.nowMs(), log);
    } catch (error) {
      if (!signal.aborted) log.warn('the plan stays as it is', { error: messageOf(error) });
    }
  }
}

interface Connected {
  readonly prometheus: Prometheus;
  readonly source: SampleSource;
}

async function connectTo({
  config,
  pseudonyms,
  clock,
  log,
  signal,
  onConnect,
}: UpstreamOptions): Promise<Connected> {
  const prometheus = await connect(config.prometheus, log, signal, ATTEMPTS);
  await onConnect?.(prometheus);
  const source = await openSource(prometheus, config.reading, clock.nowMs(), log);
  return { prometheus, source: pseudonymousSource(source, config, pseudonyms) };
}

/** A plan of the last while, or of more: what a stream takes from it are columns, jobs, interval and delay. */
function planNow(
  { config, pseudonyms, clock }: UpstreamOptions,
  prometheus: Prometheus,
  fromMs = Number.POSITIVE_INFINITY,
): Promise<Plan> {
  const nowMs = clock.nowMs();
  const backMs = Math.max(PLANNED_BACK_MS, PLANNED_BACK_STEPS * config.step);
  const range = { startMs: wholeMs(Math.min(nowMs - backMs, fromMs)), endMs: nowMs };
  return plan(config, range, prometheus, nowMs, { pseudonyms });
}
