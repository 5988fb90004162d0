/** A campaign on a node of its own, with the real exporter, a real Prometheus and the builder. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { V1Pod } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { randomFrom } from '../../../common/random.ts';
import type { Entity } from '../../../exporter/catalogue/model/columns.ts';
import type { Scenario, ScenarioOptions } from '../../../scenarios/scenario/scenario.ts';
import { runWorker } from '../../../scenarios/scenario/worker.ts';
import { createVictim } from '../../../scenarios/victim/victim.ts';
import type { HttpRequestsOptions } from '../../../scenarios/workers/http-requests.ts';
import { type Child, startChild, waitForChild } from '../../../tools/programs/child.ts';
import { answers, type RunningPrometheus, startPrometheus } from '../../../tools/programs/prometheus.ts';
import { shippedConfig } from '../../../tools/programs/shipped-config.ts';
import { builder } from '../../builder/support/cli.ts';
import { duckdb, tableExpression } from '../../builder/support/dataset.ts';
import { EXPORTER } from '../../support/exporter.ts';
import type { ContainerCgroup } from './cgroup.ts';
import type { Episode, Row } from './effects.ts';
import { idleMemoryBytes } from './idle-memory.ts';
import { TestNode } from './node.ts';
import { Servant } from './servant.ts';

const NODE_NAME = 'test-node';
const EXPORTER_PORT = 24924;
const VICTIM_PORT = 8080;

export const STEP_MS = 1_000;
const FIRST_NORMAL_MS = 8_000;
const NORMAL_MS = 2_000;
const EPISODE_MS = 6_000;
const RECOVERY_MS = 4_000;

export const POD_MAIN = fileURLToPath(new URL('./pod-main.js', import.meta.url));
const API_MAIN = fileURLToPath(new URL('./api-main.js', import.meta.url));

const NAMESPACE = 'shop';
const POD_NAME = 'victim-1';

/** The victim's log is a file here, where in a cluster a label selects its pod. */
function rulesFor(logFile: string): object {
  return {
    rules: [
      {
        name: 'victim_login_failed',
        on: 'log',
        severity: 'warning',
        mitre: 'T1110',
        description: 'A login to the victim failed.',
        files: [logFile],
        condition: 'line.contains("login failed for user")',
      },
    ],
  };
}

/** What the API server says of the container in these cgroups. */
function podObject({ podUid, id }: ContainerCgroup): V1Pod {
  return {
    metadata: { uid: podUid, namespace: NAMESPACE, name: POD_NAME },
    spec: { nodeName: NODE_NAME, containers: [{ name: 'victim' }] },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'victim',
          containerID: `containerd://${id}`,
          image: 'victim',
          imageID: '',
          ready: true,
          restartCount: 0,
          state: { running: {} },
        },
      ],
    },
  };
}

/** The order that a seed gives. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = randomFrom(seed);
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export interface Campaign {
  readonly episodes: readonly Episode[];
  /** Rows about the node. */
  readonly node: readonly Row[];
  /** Rows about the pod that suffers. */
  readonly pod: readonly Row[];
}

/** Starts a node, a pod on it and everything that watches it; `close` ends all. */
export class Stage {
  readonly #folder: string;
  readonly #node: TestNode;
  readonly #children: Child[] = [];
  readonly #visitors = new AbortController();
  #visits: Promise<void> = Promise.resolve();
  #sink: Server | undefined;
  #sinkAddress = '';
  #pod: Servant | undefined;
  #prometheus: RunningPrometheus | undefined;
  #startedMs = 0;
  #episodes: Episode[] = [];

  private constructor(folder: string, node: TestNode) {
    this.#folder = folder;
    this.#node = node;
  }

  static async open(folder: string): Promise<Stage> {
    const stage = new Stage(folder, await TestNode.start());
    try {
      await stage.#start();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { address, gateway } = this.#node;
    const logFile = join(this.#folder, 'victim.log');
    const rules = join(this.#folder, 'rules.yaml');
    writeFileSync(logFile, '');
    writeFileSync(rules, stringify(rulesFor(logFile)));
    const container = this.#node.container();
    const exporterAddress = `${address}:${EXPORTER_PORT}`;
    const [command = '', ...args] = [
      ...[
        ...this.#node.entering(this.#node.container()),
        'env',
        `KUBECONFIG=${join(this.#folder, 'kubeconfig')}`,
        `NODE_NAME=${NODE_NAME}`,
      ],
      ...[process.execPath, EXPORTER],
      ...[`--web.listen-address=${exporterAddress}`, `--rules.file=${rules}`],
      '--log.level=warn',
    ];
    const pod = JSON.stringify(podObject(container));
    const kubernetes = new Servant([...this.#node.entering(), process.execPath, API_MAIN, this.#folder, pod]);
    await kubernetes.answer();
    const exporter = startChild(command, args, join(this.#folder, 'exporter.log'));
    this.#children.push(exporter);
    this.#sink = createVictim(() => {}).listen(0, gateway);
    await once(this.#sink, 'listening');
    this.#sinkAddress = `${gateway}:${(this.#sink.address() as AddressInfo).port}`;
    const podFolder = join(this.#folder, 'pod');
    mkdirSync(podFolder);
    this.#pod = new Servant([
      ...[...this.#node.entering(container), process.execPath, POD_MAIN],
      ...[String(VICTIM_PORT), logFile, podFolder],
    ]);
    await this.#pod.answer();
    this.#visits = this.#visit();
    await waitForChild(exporter, 'the exporter to answer', (signal) =>
      answers(`http://${exporterAddress}/-/ready`, signal),
    );
    const targets = join(this.#folder, 'targets.json');
    writeFileSync(targets, JSON.stringify([{ targets: [exporterAddress], labels: { node: NODE_NAME } }]));
    this.#prometheus = await startPrometheus(this.#folder, shippedConfig('prometheus.yml', targets, '1s'));
    this.#children.push(this.#prometheus);
    this.#startedMs = Date.now();
    await sleep(FIRST_NORMAL_MS);
  }

  /** People who use the victim as they always do, over the uplink. */
  async #visit(): Promise<void> {
    const options: HttpRequestsOptions = {
      durationMs: 3_600_000,
      target: {
        address: this.#node.address,
        port: VICTIM_PORT,
        host: `${this.#node.address}:${VICTIM_PORT}`,
        isLoopback: false,
      },
      connections: 3,
      requestsPerSecond: 12,
      irregular: true,
      paths: ['/', '/items/1', '/search?q=lamp', '/items/2', '/'],
    };
    await runWorker('http-requests', options, this.#visitors.signal);
  }

  /** Runs each scenario once, in the order of the seed, with normal time between. */
  async run(scenarios: readonly Scenario[], seed: number): Promise<Episode[]> {
    const done: Episode[] = [];
    for (const scenario of shuffled(scenarios, seed)) done.push(await this.#episode(scenario));
    return done;
  }

  async #episode({ name, role, moves }: Scenario): Promise<Episode> {
    const sink = this.#sinkAddress;
    const leaves = role === 'attack' && moves.includes('network_transmit_bytes_per_second');
    const startMs = Date.now();
    const options: ScenarioOptions = {
      durationMs: EPISODE_MS,
      intensity: 1,
      folder: join(this.#folder, 'pod'),
      target: leaves ? sink : `127.0.0.1:${VICTIM_PORT}`,
      allowedTargets: [sink],
    };
    await this.#pod?.do({ name, options });
    const endMs = Date.now();
    await sleep(RECOVERY_MS);
    const recoveredMs = Date.now();
    const idleMemoryRatio = idleMemoryBytes() / totalmem();
    await sleep(NORMAL_MS);
    const number = String(this.#episodes.length + 1).padStart(3, '0');
    const episode = {
      episode: `e2e-${number}`,
      scenario: name,
      startMs,
      endMs,
      recoveredMs,
      idleMemoryRatio,
    };
    this.#episodes.push(episode);
    return episode;
  }

  /** What the builder makes of all that happened. */
  async dataset(): Promise<Campaign> {
    const labels = join(this.#folder, 'episodes.csv');
    const lines = this.#episodes.map(
      ({ episode, scenario, startMs, endMs }) => `${episode},${scenario},${startMs},${endMs},${NODE_NAME}`,
    );
    writeFileSync(labels, `episode,scenario,start,end,node\n${lines.join('\n')}\n`);
    const pod = await this.#rows('pod', labels);
    return {
      episodes: this.#episodes,
      node: await this.#rows('node', labels),
      pod: pod.filter(({ values }) => values['pod'] === POD_NAME),
    };
  }

  async #rows(entity: Entity, labels: string): Promise<Row[]> {
    const output = join(this.#folder, `dataset-${entity}-${this.#episodes.length}`);
    const config = join(this.#folder, `${entity}.yaml`);
    const iso = (ms: number) => new Date(ms).toISOString();
    writeFileSync(
      config,
      stringify({
        prometheus: { url: this.#prometheus?.url },
        entity,
        start: iso(this.#startedMs + 2 * STEP_MS),
        end: iso(Date.now()),
        step: `${STEP_MS / 1000}s`,
        labels: [{ episodes: labels }],
        output,
      }),
    );
    const { code, stderr } = await builder(['build', '--config', config]);
    if (code !== 0) throw new Error(stderr);
    const rows = await duckdb(`SELECT * FROM ${tableExpression(output, 'parquet')} ORDER BY timestamp`);
    return rows.map((values) => ({ timeMs: (values['timestamp'] as Date).getTime(), values }));
  }

  async close(): Promise<void> {
    this.#visitors.abort();
    await this.#visits.catch(() => {});
    for (const child of this.#children.reverse()) await child.stop();
    await this.#node.end();
    this.#sink?.close();
    this.#sink?.closeAllConnections();
  }
}
