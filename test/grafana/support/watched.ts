/** A machine under watch as in a cluster: a real exporter with a pod to see, a real Prometheus with the shipped rules. */

import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { StreamMetrics } from '../../../builder/stream/metrics.ts';
import { LOG_CATEGORIES } from '../../../exporter/catalogue/logs.ts';
import type { ProgramMetric } from '../../../exporter/catalogue/model/program-metric.ts';
import { detectorMetrics } from '../../../exporter/catalogue/programs/detector.ts';
import { type RunningPrometheus, startPrometheus } from '../../../tools/programs/prometheus.ts';
import { shippedConfig } from '../../../tools/programs/shipped-config.ts';
import { ApiServer } from '../../support/api-server.ts';
import { type ExporterProcess, startExporter } from '../../support/exporter.ts';
import { Pod } from '../../support/pod.ts';
import { recordedPods } from '../../support/recorded-pods.ts';
import { seeingTracefs, tracefsRefusal } from '../../support/tracefs.ts';

export const NODE = 'node-7';
export const CLUSTER = 'test';
export const NAMESPACE = 'shop';
/** One of the recorded pods, which runs here with other ids. */
export const POD = 'web-0';

export interface Watched {
  readonly url: string;
  /** Things happen that are only seen as they happen, and would not be before the exporter looks. */
  act(): Promise<void>;
  stop(): Promise<void>;
}

/** The recorded pod as if it were the one that runs here, privileged, restarted so many times. */
function podObject(pod: Pod | undefined, restarts: number): V1Pod {
  const object = recordedPods().find(({ metadata }) => metadata?.name === POD);
  const status = object?.status?.containerStatuses?.[0];
  const container = object?.spec?.containers[0];
  if (object?.metadata === undefined || status === undefined || container === undefined) {
    throw new Error(`${POD} is not recorded with a container`);
  }
  container.securityContext = { privileged: true };
  status.restartCount += restarts;
  if (pod !== undefined) {
    object.metadata.uid = pod.uid;
    status.containerID = `containerd://${pod.containerId}`;
  }
  return object;
}

/** What the builder pushes and the scenarios expose, by the contract. */
function truth(): string {
  const now = Date.now() / 1000;
  const labels = `{scenario="cpu_burn",episode="e1",node="${NODE}",namespace="",pod="",role="victim",run="test"}`;
  const dataset = '{job="kubevigil-builder",dataset="shop"}';
  return `kubevigil_scenario_active${labels} 1
kubevigil_scenario_start_timestamp_seconds${labels} ${now - 60}
kubevigil_scenario_end_timestamp_seconds${labels} ${now - 30}
kubevigil_dataset_watermark_timestamp_seconds${dataset} ${now - 300}
kubevigil_dataset_rows${dataset} 1000
kubevigil_dataset_gaps${dataset} 0
kubevigil_dataset_build_duration_seconds${dataset} 2
`;
}

/** What the detector tells of the node in an alarm. */
function detected(): string {
  const known: Readonly<Record<string, string>> = { cluster: CLUSTER, node: NODE, namespace: '', pod: '' };
  return Object.values<ProgramMetric>(detectorMetrics)
    .map(({ name, type, labels }) => {
      const own = labels.map((label) => `${label}="${known[label] ?? 'one'}"`).join();
      return `# TYPE ${name} ${type}\n${name}{${own}} 1\n`;
    })
    .join('');
}

async function serveOthers(): Promise<{ server: Server; address: string }> {
  const stream = new StreamMetrics();
  stream.observe({ clients: () => 1, ringBytes: () => 1024, lagMs: () => 0 });
  const server = createServer((_, response) => {
    void stream.registry.metrics().then((page) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(`${page}\n${truth()}${detected()}`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The shipped configuration with the exporter as the node, and the page of the others beside it. */
function configuration(folder: string, exporter: string, others: string): object {
  const targets = join(folder, 'targets.json');
  writeFileSync(targets, JSON.stringify([{ targets: [exporter], labels: { node: NODE, cluster: CLUSTER } }]));
  const config = shippedConfig('prometheus.yml', targets, '1s');
  const beside = {
    job_name: 'others',
    honor_labels: true,
    static_configs: [{ targets: [others], labels: { cluster: CLUSTER } }],
  };
  return { ...config, scrape_configs: [...config.scrape_configs, beside] };
}

/** A program in a temporary folder, which a rule names. */
async function runFromTemp(pod: Pod, folder: string): Promise<void> {
  const program = join(folder, 'implant');
  copyFileSync('/bin/sleep', program);
  chmodSync(program, 0o755);
  await pod.do(`exec ${program} 60`);
}

/** What a busy pod does, in a network namespace of its own: it listens, connects, sends and spins. */
async function liven(pod: Pod): Promise<void> {
  await pod.do('network', 'up lo', 'write /proc/sys/net/ipv6/conf/default/disable_ipv6 1', 'tun t0 10.9.0.1');
  await pod.do('listen 80 5', 'connect a 127.0.0.1 80', 'spin');
}

/**
 * Starts everything.
 *
 * @param folder below /tmp, an empty one
 * @param withPod whether there is to be a pod on this machine, for which one must be root
 */
export async function watch(folder: string, withPod: boolean): Promise<Watched> {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const one of stops.reverse()) await one();
  };
  try {
    const api = new ApiServer();
    await api.start();
    stops.push(() => api.stop());
    const pod = withPod ? new Pod() : undefined;
    if (pod !== undefined) {
      stops.push(() => pod.end());
      await liven(pod);
    }
    api.put(podObject(pod, 0));
    const exporter = await startWatching(folder, api, stops);
    const others = await serveOthers();
    stops.push(
      () => others.server.close(),
      () => others.server.closeAllConnections(),
    );
    const config = configuration(folder, exporter.address, others.address);
    const prometheus: RunningPrometheus = await startPrometheus(folder, config);
    stops.push(() => prometheus.stop());
    return {
      url: prometheus.url,
      async act() {
        api.put(podObject(pod, 1));
        if (pod !== undefined) await runFromTemp(pod, folder);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Why the exporter cannot trace here; undefined when it can. */
export function tracingRefusal(): string | undefined {
  return tracefsRefusal(tmpdir());
}

/** A log for rules of each category, where the machine may have none. */
function logRules(folder: string): string {
  const log = join(folder, 'lines.log');
  writeFileSync(log, '');
  const rules = LOG_CATEGORIES.map((category) => ({
    name: `${category}_line`,
    on: 'log',
    category,
    severity: 'warning',
    mitre: 'T1110',
    description: 'A line.',
    files: [log],
    condition: `line.contains("${category}")`,
  }));
  return stringify({ rules });
}

async function startWatching(
  folder: string,
  api: ApiServer,
  stops: (() => unknown)[],
): Promise<ExporterProcess> {
  const env = { KUBECONFIG: api.writeKubeconfig(folder) };
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, logRules(folder));
  const tracing = join(folder, 'tracing');
  mkdirSync(tracing);
  const traced = tracingRefusal() === undefined;
  const exporter = await startExporter(
    [`--node-name=${NODE}`, `--rules.file=${rules}`, ...(traced ? [`--path.tracefs=${tracing}`] : [])],
    traced ? { env, wrap: seeingTracefs(tracing) } : { env },
  );
  stops.push(() => exporter.stop());
  return exporter;
}
