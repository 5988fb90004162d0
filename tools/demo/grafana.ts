/** Grafana for the demo, where one is installed: on loopback, with the files that ship, and no click before it shows something. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild, waitForChild } from '../programs/child.ts';
import { onPath } from '../programs/find.ts';
import { ROOT } from '../programs/paths.ts';
import { freePort } from '../programs/ports.ts';
import { answers } from '../programs/prometheus.ts';

/** What the demo prints when it was not asked for Grafana. */
export const GRAFANA_HINT =
  'npm run demo -- --grafana    # the same as dashboards, with Grafana on PATH; or grafana/provisioning, see docs/guides/dashboards-and-alerts.md';

/** An installed Grafana: the program, and the folder with its pages and defaults. */
export interface GrafanaInstallation {
  readonly binary: string;
  readonly home: string;
}

export interface RunningGrafana extends Child {
  /** The dashboard of the cluster. */
  readonly url: string;
}

/**
 * Finds Grafana: on PATH, and its home beside it or where packages put it.
 *
 * @throws {Error} one line that says what to do, when there is none
 */
export function findGrafana(): GrafanaInstallation {
  const binary = onPath('grafana');
  if (binary === undefined) {
    throw new Error(
      'there is no grafana on PATH: install it (Apt, Homebrew or an archive of its releases), or run the demo without --grafana',
    );
  }
  const beside = dirname(dirname(realpathSync(binary)));
  const home = [beside, join(beside, 'share', 'grafana'), '/usr/share/grafana'].find((folder) =>
    existsSync(join(folder, 'conf', 'defaults.ini')),
  );
  if (home === undefined)
    throw new Error(`${binary} is without its folder: no conf/defaults.ini in or beside ${beside}`);
  return { binary, home };
}

/** Settings of Grafana, as its environment variables: nothing is kept, nobody is asked for a password, nothing is sent anywhere. */
function settings(folder: string, port: number): Record<string, string> {
  return {
    GF_PATHS_DATA: join(folder, 'grafana'),
    GF_PATHS_LOGS: join(folder, 'grafana', 'log'),
    GF_PATHS_PLUGINS: join(folder, 'grafana', 'plugins'),
    GF_PATHS_PROVISIONING: join(ROOT, 'grafana', 'provisioning'),
    GF_SERVER_PROTOCOL: 'http',
    GF_SERVER_HTTP_ADDR: '127.0.0.1',
    GF_SERVER_HTTP_PORT: String(port),
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: join(ROOT, 'grafana', 'dashboards', 'kubevigil-cluster.json'),
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_NEWS_NEWS_FEED_ENABLED: 'false',
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  };
}

/**
 * Starts Grafana on a free port and waits until it answers.
 *
 * @param folder for all that it writes
 * @param scrapeInterval a Prometheus duration, as in the configuration of that Prometheus
 */
export async function startGrafana(
  { binary, home }: GrafanaInstallation,
  folder: string,
  prometheusUrl: string,
  scrapeInterval: string,
): Promise<RunningGrafana> {
  const port = await freePort();
  const env = {
    ...process.env,
    ...settings(folder, port),
    KUBEVIGIL_PROMETHEUS_URL: prometheusUrl,
    KUBEVIGIL_SCRAPE_INTERVAL: scrapeInterval,
    KUBEVIGIL_DASHBOARDS: join(ROOT, 'grafana', 'dashboards'),
  };
  const child = startChild(binary, ['server', `--homepath=${home}`], join(folder, 'grafana.log'), env);
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitForChild(child, 'Grafana to answer', (signal) => answers(`${url}/api/health`, signal));
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { ...child, url: `${url}/d/kubevigil-cluster?from=now-5m&refresh=5s` };
}

/** Until somebody has seen enough, and says so by Ctrl-C. */
export async function untilInterrupted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await sleep(1000, undefined, { signal }).catch(() => undefined);
}
