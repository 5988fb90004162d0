import { setInterval } from 'node:timers';
import type { Logger } from '../../common/log.ts';
import { formatTime } from '../../common/times.ts';
import { listen } from '../../common/web/listen.ts';
import type { ListenAddress } from '../../common/web/listen-address.ts';
import { openWebConfig } from '../../common/web/open-config.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { openStorage } from '../../dataset/storage/open.ts';
import { readManifest } from '../../dataset/storage/read-manifest.ts';
import type { BuildConfig } from '../config/schema.ts';
import { openSources } from '../labels/open.ts';
import type { Prometheus } from '../prometheus/client.ts';
import { openPseudonyms } from '../pseudonyms/configured.ts';
import { type Clock, ServerClock } from './clock.ts';
import { follow } from './follow.ts';
import { frozenSplit } from './frozen-split.ts';
import { Hub } from './hub.ts';
import { Journal } from './journal.ts';
import { LabelWatch } from './label-watch.ts';
import { StreamMetrics } from './metrics.ts';
import { publisher } from './publisher.ts';
import { createApp } from './server.ts';
import { StreamLabels } from './stream-labels.ts';
import { Upstream } from './upstream.ts';

export const LISTEN_FLAG = '--listen';

export interface StreamOptions {
  readonly config: BuildConfig;
  readonly listen: ListenAddress;
  /** TLS, users and headers; without it plain HTTP for everybody. */
  readonly webConfigFile?: string | undefined;
  /** The first moment, given what time it is. */
  readonly from: (nowMs: number) => number;
  /** Instead of this machine's clock, set by Prometheus'. */
  readonly clock?: Clock;
  /** Told where the stream is served. */
  readonly onListening?: (address: string) => void;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** How long answers may still be on their way when the stream ends. */
const GRACE_MS = 1_000;
const WORTH_A_WORD_MS = 1_000;
const LOOPBACK = /^(127\.|\[::1\])/;

/** Sets the clock by the server's, read in the middle of the time that the answer took. */
async function setClock(clock: ServerClock, prometheus: Prometheus, log: Logger): Promise<void> {
  const beforeMs = Date.now();
  const serverMs = await prometheus.serverTimeMs();
  clock.set(serverMs, (beforeMs + Date.now()) / 2);
  if (Math.abs(clock.aheadMs) >= WORTH_A_WORD_MS)
    log.info("Prometheus' clock is not this machine's: steps go by it", {
      ahead_ms: Math.round(clock.aheadMs),
    });
}

interface Bench {
  readonly config: BuildConfig;
  /** Of the dataset whose split bounds hold. */
  readonly manifest: Manifest | undefined;
  readonly labels: LabelWatch;
  readonly upstream: Upstream;
  readonly metrics: StreamMetrics;
  readonly log: Logger;
}

/** Who labels and splits the rows. */
function labelsFor({ config, manifest, labels, upstream, metrics, log }: Bench, nowMs: number): StreamLabels {
  const { plan } = upstream;
  const { stepMs, longestWindowMs, freshnessMs } = plan;
  const times = {
    firstMs: Number.NEGATIVE_INFINITY,
    lastMs: Number.POSITIVE_INFINITY,
    stepMs,
    recoveryMs: longestWindowMs,
    reachMs: longestWindowMs + freshnessMs,
  };
  return new StreamLabels({
    labels,
    samples: () => upstream.samples,
    labelDelayMs: config.stream.labelDelay,
    plan,
    splitFor: (episodes) => frozenSplit(config, manifest, episodes, times, nowMs),
    onLateEpisode: () => metrics.lateEpisode(),
    log,
  });
}

/**
 * Streams the rows of each step as it closes, until the signal: the stages of a build, step by step, into a bounded
 * ring, from which readers are served over HTTP.
 *
 * @throws {BuilderError} when there is nothing to stream, or the label sources cannot be read
 * @throws {UsageError} when the address cannot be had
 */
export async function stream(options: StreamOptions): Promise<void> {
  const { config, log, signal } = options;
  const web = await openWebConfig(options.webConfigFile, log);
  const pseudonyms = openPseudonyms(config);
  const labels = new LabelWatch(openSources(config, pseudonyms), log);
  const manifest = await readManifest(await openStorage(config.output, config));
  const own = new ServerClock();
  const clock = options.clock ?? own;
  const onConnect = (prometheus: Prometheus) => setClock(own, prometheus, log);
  const upstream = await Upstream.open(
    { config, pseudonyms, clock, ...(options.clock === undefined && { onConnect }), log, signal },
    options.from,
  );
  const { stepMs } = upstream.plan;
  const firstMs = Math.floor(options.from(clock.nowMs()) / stepMs) * stepMs + stepMs;
  const metrics = new StreamMetrics();
  const streamLabels = labelsFor({ config, manifest, labels, upstream, metrics, log }, clock.nowMs());
  const journal = new Journal(config.stream.ringBytes, firstMs - stepMs);
  const hub = new Hub((reason) => metrics.clientEnded(reason));
  metrics.observe({
    clients: () => hub.size,
    ringBytes: () => journal.ring.bytes,
    lagMs: () => Math.max(0, clock.nowMs() - (journal.timeMs + stepMs + upstream.plan.delayMs)),
  });
  const app = createApp({
    ring: journal.ring,
    hub,
    metrics,
    mostClients: config.stream.clients,
    stallMs: config.stream.stall,
    stepMs,
    isReady: () => journal.timeMs >= firstMs && hub.late === undefined,
    nowMs: () => clock.nowMs(),
    log,
  });
  const listener = await listen(app, options.listen, { flag: LISTEN_FLAG, logger: log, web });
  const { address, scheme } = listener;
  const heartbeat = setInterval(() => hub.heartbeat(Date.now()), config.stream.heartbeat);
  try {
    log.info('Listening on', { address, scheme, first_step: formatTime(firstMs) });
    if (web === undefined && !LOOPBACK.test(address))
      log.warn('whoever reaches this address reads the rows: --web.config.file can ask who it is');
    options.onListening?.(address);
    await follow({
      firstMs,
      inlet: upstream,
      outlet: publisher({
        journal,
        streamLabels,
        hub,
        metrics,
        clock,
        plan: () => upstream.plan,
        labelsReadable: () => labels.readable,
        log,
      }),
      clock,
      log,
      signal,
    });
  } finally {
    clearInterval(heartbeat);
    hub.finish();
    await listener.close(GRACE_MS);
  }
}
