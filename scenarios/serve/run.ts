import { aborted, undoingEndSignal } from '../../common/end-signal.ts';
import { createLogger, type Logger } from '../../common/log.ts';
import type { WebConfigBook } from '../../common/web/config/book.ts';
import { listen } from '../../common/web/listen.ts';
import { openWebConfig } from '../../common/web/open-config.ts';
import { tokenCheck } from '../../common/web/token.ts';
import { Ledger } from '../ground-truth/ledger.ts';
import { truthMetrics } from '../ground-truth/metrics.ts';
import { SCENARIOS } from '../registry/registry.ts';
import { Runner } from '../runner/runner.ts';
import { BackgroundLoad } from '../victim/background.ts';
import { openVictim, type Victim } from '../victim/open-victim.ts';
import { fileLog, standardOutput } from '../victim/victim-log.ts';
import { HTTP2_FLAG, LISTEN_FLAG, type ServeOptions, VICTIM_FLAG } from './options.ts';
import { createApp } from './server.ts';

/** How long answers may still be on their way when the service ends. */
const GRACE_MS = 1_000;
const RESPONSE_MS = 60_000;

interface Bench {
  readonly options: ServeOptions;
  readonly victim: Victim;
  readonly web: WebConfigBook | undefined;
  readonly log: Logger;
  /** Fires when it is to end. */
  readonly ending: AbortSignal;
}

/** Serves scenarios on a victim that is there already. */
async function serveOn({ options, victim, web, log, ending }: Bench): Promise<void> {
  const { subject, maxRunning, folder, token, allowedHosts } = options;
  const ledger = new Ledger(options.episodes, Date.now());
  const runner = new Runner({ subject, ledger, maxRunning, log });
  const background = new BackgroundLoad(victim.own.url);
  const app = createApp({
    scenarios: SCENARIOS,
    runner,
    background,
    registry: truthMetrics(runner.truth),
    victim: victim.own,
    // Where it listens on an address of the network, it is allowed all the same: it is ours.
    allowedTargets: [...options.allowedTargets, victim.own.url],
    folder,
    checkToken: token === undefined ? undefined : tokenCheck(token),
    allowedHosts,
    isReady: () => !ending.aborted,
    log,
  });
  const serving = { flag: LISTEN_FLAG, logger: log, web, responseMs: RESPONSE_MS };
  const listener = await listen(app, options.listen, serving).catch((error) => {
    ledger.close();
    throw error;
  });
  try {
    const { address, scheme } = listener;
    log.info('Victim listens on', { address: victim.address, http2: victim.http2Address });
    const { cluster, ...own } = subject;
    const where = { ...own, ...(cluster !== undefined && { cluster }) };
    log.info('Listening on', { address, scheme, ...where, token: token !== undefined });
    await aborted(ending);
    log.info('Stopping', { running: runner.running.length });
  } finally {
    await Promise.all([runner.close(), background.stop()]);
    await listener.close(GRACE_MS);
    ledger.close();
  }
}

/**
 * Serves until SIGTERM or SIGINT; then all scenarios are stopped and undone, and their episodes closed, before it ends.
 *
 * @throws {UsageError} when an address cannot be had
 * @throws {ScenariosError} `truth`
 */
export async function serve(options: ServeOptions): Promise<void> {
  const log = createLogger(options.log);
  const ending = undoingEndSignal();
  const web = await openWebConfig(options.webConfigFile, log);
  const logTo = (file: string | undefined) => (file === undefined ? standardOutput : fileLog(file));
  // Before the ground truth is opened: a second service by mistake must find the address in use, and not close the first one's episodes.
  const victim = await openVictim({
    http1: { at: options.victim, flag: VICTIM_FLAG },
    http2: { at: options.victimHttp2, flag: HTTP2_FLAG },
    log: logTo(options.victimLog),
    accessLog: logTo(options.victimAccessLog),
    weakPages: options.weakPages,
    folder: options.folder,
    logger: log,
  });
  try {
    await serveOn({ options, victim, web, log, ending });
  } finally {
    await victim.close(GRACE_MS);
  }
}
