import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { execsMetrics } from '../../exporter/catalogue/execs.ts';
import { type Sample, sample } from '../../exporter/catalogue/model/sample.ts';
import { processesMetrics } from '../../exporter/catalogue/processes.ts';
import { rulesMetrics } from '../../exporter/catalogue/rules.ts';
import { tcpMetrics } from '../../exporter/catalogue/tcp.ts';
import { MatchCounts } from '../../exporter/counters/match-counts.ts';
import { processFamilies } from '../../exporter/web/agent-metrics.ts';
import { type Family, familiesOf, renderExposition } from '../../exporter/web/exposition.ts';
import { type RunningPrometheus, startPrometheus } from '../../tools/programs/prometheus.ts';
import { shippedConfig } from '../../tools/programs/shipped-config.ts';
import { waitFor } from '../../tools/programs/wait.ts';
import { program } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary.ts';

const run = promisify(execFile);

const HOST = { namespace: '', pod: '', container: '' };
const OTHER = { namespace: '', pod: '_other', container: '' };
const RESIDENT = { namespace: 'shop', pod: 'web-1', container: 'web' };
const PAYLOAD = { namespace: 'shop', pod: 'job-7', container: 'job' };
const ALERT = 'KubevigilSuspiciousExec';
const RULE = 'exec_from_temp_path';
const DAY_SECONDS = 86_400;

interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
}

interface RuleGroup {
  readonly rules: readonly { readonly name: string; readonly lastEvaluation: string }[];
}

/** The agent's own process, started at this moment (Unix seconds). */
function started(atSeconds: number): Family {
  const family = processFamilies()().find(({ name }) => name === 'process_start_time_seconds');
  if (family === undefined) throw new Error('no process_start_time_seconds');
  return { ...family, values: [{ labels: {}, value: atSeconds }] };
}

/** What Prometheus scraped of the host's share in the last half hour, at the shipped interval, as OpenMetrics. */
function history(target: string, nowSeconds: number): string {
  const name = 'kubevigil_suspicious_execs_total';
  const lines = Array.from({ length: 120 }, (_, i) => {
    const labels = `job="kubevigil",instance="${target}",node="a",rule="${RULE}"`;
    return `${name}{${labels}} 0 ${nowSeconds - 15 * (121 - i)}`;
  });
  return `# TYPE kubevigil_suspicious_execs counter\n${lines.join('\n')}\n# EOF\n`;
}

describe('what a container does before its first scrape', () => {
  const folder = temporaryFolder();
  let counts: MatchCounts<typeof HOST>;
  let startedAt: number;
  let totals: readonly Sample[];
  let server: Server;
  let target: string;
  let prometheus: RunningPrometheus | undefined;

  function page(): Promise<string> {
    const rule = { rule: RULE, on: 'exec', severity: 'critical', mitre: 'T1059' } as const;
    const execs = counts
      .series([RULE], [RESIDENT])
      .map(({ rule: name, owner, count }) =>
        sample(execsMetrics.suspicious, count, { rule: name, ...owner }),
      );
    const families = [
      ...familiesOf([sample(rulesMetrics.info, 1, rule), ...execs, ...totals]),
      started(startedAt),
    ];
    return renderExposition(families, 'text');
  }

  beforeEach(async () => {
    counts = new MatchCounts<typeof HOST>([HOST], OTHER);
    totals = [];
    server = createServer(async (_, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(await page());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await prometheus?.stop();
    prometheus = undefined;
    server.closeAllConnections();
    server.close();
  });

  async function ask<T>(address: string): Promise<T> {
    return ((await (await fetch(address)).json()) as { data: T }).data;
  }

  /** Waits until Prometheus has evaluated the alert with all that is there now. */
  async function evaluated(url: string): Promise<void> {
    const from = Date.now();
    await waitFor('an evaluation', async () => {
      const { groups } = await ask<{ groups: RuleGroup[] }>(`${url}/api/v1/rules?type=alert`);
      const own = groups.flatMap(({ rules }) => rules).find(({ name }) => name === ALERT);
      return Date.parse(own?.lastEvaluation ?? '') > from;
    });
  }

  /** Starts Prometheus with the shipped configuration and rules, and waits until it has evaluated a scrape. */
  async function watch(path: string): Promise<string> {
    const targets = join(path, 'targets.json');
    writeFileSync(targets, JSON.stringify([{ targets: [target], labels: { node: 'a' } }]));
    prometheus = await startPrometheus(path, shippedConfig('prometheus.yml', targets, '1s'));
    const { url } = prometheus;
    const query = encodeURIComponent('count_over_time(kubevigil_rule_info[1h])');
    await waitFor('the first scrape', async () => {
      const { result } = await ask<{ result: unknown[] }>(`${url}/api/v1/query?query=${query}`);
      return result.length > 0;
    });
    await evaluated(url);
    return url;
  }

  async function firing(url: string, alert = ALERT): Promise<string[]> {
    const { alerts } = await ask<{ alerts: FiringAlert[] }>(`${url}/api/v1/alerts`);
    return alerts
      .filter(({ labels, state }) => labels['alertname'] === alert && state === 'firing')
      .map(({ labels }) => `${labels['severity']} ${labels['rule']} ${labels['namespace']}/${labels['pod']}`);
  }

  /** An attack of an owner that no scrape has shown, over before the next. */
  async function attack(url: string): Promise<void> {
    expect(await firing(url)).to.deep.equal([]);
    counts.add([RULE], PAYLOAD);
    const fired = await waitFor('the alert', async () => {
      const alerts = await firing(url);
      return alerts.length > 0 ? alerts : undefined;
    });
    expect(fired).to.deep.equal([`critical ${RULE} shop/job-7`]);
  }

  it('alerts where the exporter has just started', async () => {
    startedAt = Date.now() / 1000;
    await attack(await watch(folder()));
  });

  it('alerts where the node has long been watched', async () => {
    const now = Math.floor(Date.now() / 1000);
    startedAt = now - DAY_SECONDS;
    const path = folder();
    const file = join(path, 'history.om');
    writeFileSync(file, history(target, now));
    mkdirSync(join(path, 'data'));
    await run(await program('promtool'), [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      file,
      join(path, 'data'),
    ]);
    await attack(await watch(path));
  });

  it("alerts on the kernel's total of a pod that is young, and not on that of one of long ago", async () => {
    const now = Date.now() / 1000;
    startedAt = now - DAY_SECONDS;
    const url = await watch(folder());
    const total = (pod: string, began: number) => [
      sample(tcpMetrics.resets, 4_000, { namespace: 'shop', pod }),
      sample(processesMetrics.startTime, began, { namespace: 'shop', pod, container: 'web' }),
    ];
    totals = [...total('young', now), ...total('old', now - DAY_SECONDS)];
    const fired = await waitFor('the alert', async () => {
      const alerts = await firing(url, 'KubevigilPortScanned');
      return alerts.length > 0 ? alerts : undefined;
    });
    expect(fired).to.deep.equal(['warning undefined shop/young']);
  });

  it('is no alert where an exporter is new to Prometheus alone: its counts may be of long ago', async () => {
    startedAt = Date.now() / 1000 - DAY_SECONDS;
    counts.add([RULE], RESIDENT);
    const url = await watch(folder());
    expect(await firing(url)).to.deep.equal([]);
  });
});
