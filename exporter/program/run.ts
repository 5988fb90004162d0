import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../common/cli.ts';
import { createLogger, type Logger } from '../../common/log.ts';
import { packageVersion } from '../../common/version.ts';
import { type Listener, listen } from '../../common/web/listen.ts';
import { openWebConfig } from '../../common/web/open-config.ts';
import { openAuthorization } from '../authorization/open.ts';
import { agentMetrics } from '../catalogue/agent.ts';
import { type Sample, sample } from '../catalogue/model/sample.ts';
import { isNestedNode } from '../cgroups/node.ts';
import { ProcessEvents } from '../events/process-events.ts';
import { EXTRACTORS } from '../extractors/index.ts';
import { openHostFiles } from '../files/host-files.ts';
import { type Host, openHost } from '../host/host.ts';
import { HangGuard } from '../kernel/hang-guard.ts';
import { Unseen } from '../kernel/unseen.ts';
import { findApiServer } from '../kubernetes/access.ts';
import type { ApiAccess } from '../kubernetes/api-access.ts';
import { PodStore } from '../kubernetes/pod-store.ts';
import { PodWatch } from '../kubernetes/pod-watch.ts';
import { NodeViews } from '../owners/node-view.ts';
import { RulesError } from '../rules/errors.ts';
import { RuleBook } from '../rules/rule-book.ts';
import { Scraper } from '../scrape/scrape.ts';
import type { EventListener } from '../trace/events/source.ts';
import { openBestSource } from '../trace/open-source.ts';
import { processFamilies } from '../web/agent-metrics.ts';
import { isLasting } from '../web/events-page.ts';
import { familiesOf } from '../web/exposition.ts';
import { createApp } from '../web/server.ts';
import { checkMounts } from './check-mounts.ts';
import { openEvidence } from './evidence.ts';
import { readNodeInfo } from './node-info.ts';
import { type ExporterOptions, LISTEN_FLAG } from './options.ts';

/** How long a page may still be on its way when the agent is told to stop. */
const GRACE_MS = 1_000;
/** Longer than any scraper waits. */
const RESPONSE_MS = 60_000;
/** As often as Prometheus scrapes as a rule. */
const LOOK_MS = 15_000;
const LAST_LOOKS = 20;
const BETWEEN_LOOKS_MS = 20;

/** What the node is; the page does without it until it is known. */
async function addNodeInfo(samples: Sample[], host: Host, logger: Logger): Promise<void> {
  try {
    samples.push(await readNodeInfo(host));
  } catch (error) {
    logger.warn('What the node is could not be found out', { error: String(error) });
  }
}

function unseenSamples(unseen: Unseen): Sample[] {
  return [...unseen.counts()].map(([reason, count]) => sample(agentMetrics.unseen, count, { reason }));
}

/** The rules, of which a later version that is refused costs one line in the log. */
async function openRules(file: string | undefined, logger: Logger): Promise<RuleBook> {
  const refused = ({ message }: RulesError) =>
    logger.error('Rules refused; those in use stay', { error: message });
  try {
    return await RuleBook.open(file, refused);
  } catch (error) {
    throw error instanceof RulesError ? new UsageError(error.message, { cause: error }) : error;
  }
}

/** The API server, when anything is to be asked of it. */
async function openApiServer({ kubernetes, authorization }: ExporterOptions): Promise<ApiAccess | undefined> {
  const isNeeded = kubernetes !== 'off' || authorization.kind === 'kubernetes';
  return isNeeded ? findApiServer(process.env) : undefined;
}

/** A watch of this node's pods, not yet running; undefined outside of clusters. */
function openPodWatch({ kubernetes, node }: ExporterOptions, access: ApiAccess | undefined) {
  return access && kubernetes !== 'off' ? new PodWatch(access, node, new PodStore()) : undefined;
}

async function stopSignal(): Promise<string> {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  return Promise.race(signals.map(async (signal) => once(process, signal).then(() => signal)));
}

/** Whether a call to a file system has not come back within a moment of being let go. */
async function hangs(): Promise<boolean> {
  for (let i = 0; i < LAST_LOOKS; i++) {
    if (!process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))) return false;
    await sleep(BETWEEN_LOOKS_MS);
  }
  return true;
}

/**
 * Ends the process. A call to a dead mount keeps a thread, and every orderly exit would wait for that thread.
 */
async function end(logger: Logger): Promise<never> {
  if (await hangs()) {
    logger.warn('A mount still does not answer; ending without it');
    process.kill(process.pid, 'SIGKILL');
  }
  return process.exit();
}

async function stop(listeners: readonly Listener[], scraper: Scraper): Promise<void> {
  await Promise.all(listeners.map((listener) => listener.close(GRACE_MS)));
  await scraper.close();
}

/** A trace that was unmounted meanwhile cannot be closed in order; the agent ends all the same. */
function closeEvents(events: ProcessEvents | undefined, logger: Logger): void {
  try {
    events?.close();
  } catch (error) {
    logger.warn('The trace could not be closed in order', { error: String(error) });
  }
}

/**
 * Runs the exporter until SIGTERM or SIGINT.
 *
 * @throws {UsageError} when an address cannot be had
 */
export async function runExporter(options: ExporterOptions): Promise<void> {
  const { paths, node, telemetryPath, disabledExtractors } = options;
  const logger = createLogger(options.log);
  const version = packageVersion();
  const stopping = stopSignal();
  const enabled = EXTRACTORS.filter(({ name }) => !disabledExtractors.has(name));
  const rules = await openRules(options.rulesFile, logger);
  const web = await openWebConfig(options.webConfigFile, logger);
  const apiServer = await openApiServer(options);
  const authorize = openAuthorization(options.authorization, apiServer, web, logger);
  const podWatch = openPodWatch(options, apiServer);
  const pods = () => podWatch?.store.list() ?? [];
  const unseen = new Unseen();
  const guard = new HangGuard(undefined, () => unseen.note('mount_unresponsive'));
  const views = new NodeViews(paths, { names: podWatch?.store.names, guard, unseen });
  const openView = () => views.open();
  const scraper = new Scraper(enabled, openView, logger);
  const evidence = openEvidence(options.events, node, pods, logger);
  let opened: ProcessEvents | undefined;
  const events = () => {
    const tracePaths = { ...paths, tracefs: options.tracefs, agent: process.pid, guard };
    const open = (listener: EventListener) => openBestSource(tracePaths, listener);
    opened ??= new ProcessEvents(open, views.names, isNestedNode(paths.procfs));
    return opened;
  };
  const hostFiles = openHostFiles(paths.rootfs, guard);
  unseen.expect('mount_unresponsive');
  const own = { rules, logger, events, podWatch, pods, evidence: evidence.book };
  await scraper.open({ paths, openView, guard, unseen, hostFiles, ...own });
  const info = [sample(agentMetrics.buildInfo, 1, { version, node_version: process.versions.node })];
  info.push(...checkMounts(openHost(paths), { ...paths, tracefs: options.tracefs }, logger));
  const ownFamilies = processFamilies();
  const extraFamilies = () => [
    ...familiesOf([...info, ...unseenSamples(unseen), ...evidence.samples(rules)]),
    ...ownFamilies(),
  ];
  const exemplarOf = (labels: Readonly<Record<string, string>>) => evidence.book.exemplarOf(labels);
  const page = { telemetryPath, events: evidence.page, exemplarOf, version, node };
  const app = createApp({ scraper, extraFamilies, authorize, ...page, logger });
  const responseMs = (request: IncomingMessage) => (isLasting(request) ? undefined : RESPONSE_MS);
  const serving = { flag: LISTEN_FLAG, logger, web, responseMs };
  const listeners: Listener[] = [];
  let looking: NodeJS.Timeout | undefined;
  try {
    for (const wanted of options.listenAddresses) listeners.push(await listen(app, wanted, serving));
    for (const { address, scheme } of listeners)
      logger.info('Listening on', { address, scheme, node, version });
    void podWatch?.run();
    looking = setInterval(() => void scraper.lookIfNobodyDid(LOOK_MS), LOOK_MS).unref();
    void addNodeInfo(info, openHost(paths), logger);
    logger.info('Stopping', { signal: await stopping });
  } finally {
    clearInterval(looking);
    podWatch?.stop();
    evidence.endAnswers();
    await stop(listeners, scraper);
    closeEvents(opened, logger);
    await evidence.close();
  }
  await end(logger);
}
