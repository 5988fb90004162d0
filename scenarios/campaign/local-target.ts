import type { Logger } from '../../common/log.ts';
import { listen } from '../../common/web/listen.ts';
import type { ListenAddress } from '../../common/web/listen-address.ts';
import type { Subject } from '../../dataset/episodes/contract.ts';
import type { Ledger } from '../ground-truth/ledger.ts';
import { truthMetrics } from '../ground-truth/metrics.ts';
import { checkScenario, Runner } from '../runner/runner.ts';
import type { ScenarioOptions } from '../scenario/scenario.ts';
import { LISTEN_FLAG } from '../serve/options.ts';
import { createTruthApp } from '../serve/server.ts';
import { BackgroundLoad } from '../victim/background.ts';
import { openVictim } from '../victim/open-victim.ts';
import type { LogLine } from '../victim/victim-log.ts';
import { MOST_AT_ONCE } from './chain.ts';
import type { EpisodeRequest, Target } from './target.ts';

const GRACE_MS = 1_000;

export interface LocalOptions {
  readonly subject: Subject;
  readonly ledger: Ledger;
  /** Where scenarios may write. */
  readonly folder: string;
  readonly allowedTargets: readonly string[];
  /** Receives the victim's lines about failed logins. */
  readonly victimLog: LogLine;
  /** Receives the victim's lines about requests. */
  readonly accessLog: LogLine;
  readonly weakPages: boolean;
  /** Where the ground truth is served as metrics. */
  readonly metrics: ListenAddress | undefined;
  readonly log: Logger;
}

/** This machine, with a victim of its own on a free port of loopback. */
export async function openLocalTarget({
  subject,
  ledger,
  folder,
  allowedTargets,
  victimLog,
  accessLog,
  weakPages,
  metrics,
  log,
}: LocalOptions): Promise<Target> {
  const place = { at: { host: '127.0.0.1', port: 0 }, flag: 'the victim' };
  const victim = await openVictim({
    ...{ http1: place, http2: place, log: victimLog, accessLog, weakPages, folder },
    logger: log,
  });
  // The campaign says itself what is on.
  const runner = new Runner({ subject, ledger, maxRunning: MOST_AT_ONCE, log: { ...log, info: log.debug } });
  const truth =
    metrics &&
    (await listen(createTruthApp(truthMetrics(runner.truth)), metrics, {
      flag: LISTEN_FLAG,
      logger: log,
    }).catch(async (error) => {
      await victim.close(GRACE_MS);
      throw error;
    }));
  if (truth !== undefined) log.info('Ground truth is served on', { address: truth.address });
  const { own } = victim;
  const background = new BackgroundLoad(own.url);
  const optionsOf = ({
    durationMs,
    intensity,
    target = own.url,
    parameters,
  }: EpisodeRequest): ScenarioOptions => ({
    durationMs,
    intensity,
    folder,
    target,
    victim: own,
    allowedTargets,
    ...(parameters !== undefined && { parameters }),
  });
  return {
    node: subject.node,
    cluster: subject.cluster,
    check: (request) => checkScenario(request.scenario, optionsOf(request)),
    async carryOut({ episode, run, place, ...request }, signal) {
      const { scenario, affects, involvement } = request;
      const order = { scenario, episode, run, place, affects, involvement, options: optionsOf(request) };
      const running = await runner.start(order);
      const stop = () => void runner.stop(episode);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      await running.over;
      signal.removeEventListener('abort', stop);
      return { outcome: running.outcome, failure: running.failure };
    },
    setBackground: async (requestsPerSecond) =>
      requestsPerSecond > 0
        ? background.start(requestsPerSecond, Number.POSITIVE_INFINITY)
        : await background.stop(),
    clockAheadMs: async () => 0,
    async close() {
      await Promise.all([runner.close(), background.stop()]);
      await Promise.all([victim.close(GRACE_MS), truth?.close(GRACE_MS)]);
    },
  };
}
