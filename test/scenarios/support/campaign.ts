/** A campaign on a node of its own, with the real exporter, a real Prometheus and the builder. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Entity } from '../../../exporter/catalogue/model/columns.ts';
import type { Scenario, ScenarioOptions } from '../../../scenarios/scenario/scenario.ts';
import { BackgroundLoad } from '../../../scenarios/victim/background.ts';
import { createVictim } from '../../../scenarios/victim/victim.ts';
import { type Child, startChild, waitForChild } from '../../../tools/programs/child.ts';
import { answers, type RunningPrometheus, startPrometheus } from '../../../tools/programs/prometheus.ts';
import { shippedConfig } from '../../../tools/programs/shipped-config.ts';
import { builder } from '../../builder/support/cli.ts';
import { duckdb, tableExpression } from '../../builder/support/dataset.ts';
import { EXPORTER } from '../../support/exporter.ts';
import { type Episode, type Judgement, judge, type Row, shared } from './effects.ts';
import { idleMemoryBytes } from './idle-memory.ts';
import { TestNode } from './node.ts';
import { Servant } from './servant.ts';
import { StagePod, VICTIM_PORT } from './stage-pod.ts';

const NODE_NAME = 'test-node';
const EXPORTER_PORT = 24924;

const STEP_MS = 1_000;
const FIRST_NORMAL_MS = 8_000;
const NORMAL_MS = 2_000;
const EPISODE_MS = 6_000;
const RECOVERY_MS = 4_000;
/** Of all pods together. */
const HOUSEKEEPING_MS = 1_000;
const REQUESTS_PER_SECOND = 12;

const API_MAIN = fileURLToPath(new URL('./api-main.js', import.meta.url));

interface Campaign {
  readonly episodes: readonly Episode[];
  /** Rows about the node. */
  readonly node: readonly Row[];
  /** Rows about pods. */
  readonly pods: readonly Row[];
}

/** Starts a node, pods on it and everything that watches it; `close` ends all. */
export class Stage {
  readonly #folder: string;
  readonly #node: TestNode;
  readonly #children: Child[] = [];
  readonly #visitors: BackgroundLoad[] = [];
  readonly #pods: StagePod[] = [];
  #sink: Server | undefined;
  #sinkAddress = '';
  #prometheus: RunningPrometheus | undefined;
  #startedMs = 0;
  #episodes: Episode[] = [];
  #campaign: Campaign | undefined;
  /** Why the last episode of a scenario was none, in one line. */
  readonly #failures = new Map<string, string>();

  private constructor(folder: string, node: TestNode) {
    this.#folder = folder;
    this.#node = node;
  }

  /** @param pods how many there are, each of which can have a scenario at a time */
  static async open(folder: string, pods: number): Promise<Stage> {
    const stage = new Stage(folder, await TestNode.start());
    try {
      await stage.#start(pods);
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  async #start(pods: number): Promise<void> {
    const { address, gateway } = this.#node;
    this.#sink = createVictim(() => {}).listen(0, gateway);
    await once(this.#sink, 'listening');
    this.#sinkAddress = `${gateway}:${(this.#sink.address() as AddressInfo).port}`;
    for (let number = 1; number <= pods; number++)
      this.#pods.push(new StagePod(this.#node, NODE_NAME, number, this.#folder, HOUSEKEEPING_MS * pods));
    await Promise.all(this.#pods.map((pod) => pod.ready()));
    const exporterAddress = `${address}:${EXPORTER_PORT}`;
    await this.#startExporter(exporterAddress);
    this.#visit();
    const targets = join(this.#folder, 'targets.json');
    writeFileSync(targets, JSON.stringify([{ targets: [exporterAddress], labels: { node: NODE_NAME } }]));
    this.#prometheus = await startPrometheus(this.#folder, shippedConfig('prometheus.yml', targets, '1s'));
    this.#children.push(this.#prometheus);
    this.#startedMs = Date.now();
    await sleep(FIRST_NORMAL_MS);
  }

  /** In a container of the host's network, with an API server that knows the pods. */
  async #startExporter(listenAddress: string): Promise<void> {
    const objects = JSON.stringify(this.#pods.map(({ object }) => object));
    const kubernetes = new Servant([
      ...[...this.#node.entering(), process.execPath, API_MAIN, this.#folder, objects],
    ]);
    await kubernetes.answer();
    const [command = '', ...args] = [
      ...this.#node.entering(this.#node.container()),
      ...['env', `KUBECONFIG=${join(this.#folder, 'kubeconfig')}`, `NODE_NAME=${NODE_NAME}`],
      ...[process.execPath, EXPORTER, `--web.listen-address=${listenAddress}`, '--log.level=warn'],
    ];
    const exporter = startChild(command, args, join(this.#folder, 'exporter.log'));
    this.#children.push(exporter);
    await waitForChild(exporter, 'the exporter to answer', (signal) =>
      answers(`http://${listenAddress}/-/ready`, signal),
    );
  }

  /** People who use the victims as they always do, over the uplink. */
  #visit(): void {
    for (const { victim } of this.#pods) {
      const load = new BackgroundLoad(`http://${victim}`);
      load.start(REQUESTS_PER_SECOND / this.#pods.length, Number.POSITIVE_INFINITY);
      this.#visitors.push(load);
    }
  }

  /** Runs batch after batch, the scenarios of each at the same time in pods of their own, with normal time between. */
  async run(batches: readonly (readonly Scenario[])[]): Promise<void> {
    for (const batch of batches) {
      const inCompany = batch.length > 1;
      const ended = await Promise.all(
        batch.map((scenario, i) => this.#episode(scenario, this.#pods[i] as StagePod)),
      );
      await sleep(RECOVERY_MS);
      const recoveredMs = Date.now();
      const idleMemoryRatio = idleMemoryBytes() / totalmem();
      await sleep(NORMAL_MS);
      this.#episodes.push(...ended.map((one) => ({ ...one, recoveredMs, idleMemoryRatio, inCompany })));
    }
  }

  async #episode(
    { name, role, beyondLoopback }: Scenario,
    pod: StagePod,
  ): Promise<Omit<Episode, 'recoveredMs'>> {
    const sink = this.#sinkAddress;
    const others = this.#pods.filter((other) => other !== pod).map(({ victim }) => victim);
    const startMs = Date.now();
    const options: ScenarioOptions = {
      durationMs: EPISODE_MS,
      intensity: 1,
      folder: pod.folder,
      target: beyondLoopback === true ? sink : `127.0.0.1:${VICTIM_PORT}`,
      allowedTargets: [sink, ...others],
    };
    const failure = await pod.do({ name, options });
    if (failure === undefined) this.#failures.delete(name);
    else this.#failures.set(name, failure);
    return {
      episode: `${name}-${startMs}`,
      scenario: name,
      startMs,
      endMs: Date.now(),
      role,
      pod: pod.name,
    };
  }

  /** What went wrong when a scenario was last on; undefined when nothing did. */
  failureOf(scenario: string): string | undefined {
    return this.#failures.get(scenario);
  }

  /**
   * Episodes in which a pod's rows are not labelled by what the pod had to do with them: the attack of its own, or normal, as others' bystander.
   */
  mislabelled(): string[] {
    const { episodes = [], pods = [] } = this.#campaign ?? {};
    const attacks = episodes.filter(({ role }) => role === 'attack');
    return attacks.flatMap(({ episode, scenario, startMs, endMs, pod }) => {
      const during = pods.filter(({ timeMs }) => timeMs - STEP_MS >= startMs && timeMs < endMs);
      const own = during.filter(({ values }) => values['pod'] === pod);
      const isRight = own.every(
        ({ values }) =>
          values['label'] === scenario &&
          values['episode'] === episode &&
          values['involvement'] === 'attacker',
      );
      const busy = new Set(
        episodes.filter((one) => one.startMs < endMs && one.endMs > startMs).map((one) => one.pod),
      );
      const idle = during.filter(({ values }) => !busy.has(String(values['pod'])));
      const isNormal = idle.every(
        ({ values }) => values['label'] === 'normal' && values['involvement'] === 'bystander',
      );
      return own.length > 0 && isRight && isNormal ? [] : [episode];
    });
  }

  /** What each episode did to the columns of the node and of its pod, by scenario. */
  async judged(): Promise<Map<string, Judgement[][]>> {
    const { episodes, node, pods } = await this.#dataset();
    const ofNode = judge(node, episodes, 'node', STEP_MS);
    const found = new Map<string, Judgement[][]>();
    for (const { name } of this.#pods) {
      const rows = pods.filter(({ values }) => values['pod'] === name);
      const own = episodes.filter(({ pod }) => pod === name);
      for (const [episode, ofPod] of judge(rows, own, 'pod', STEP_MS, episodes)) {
        const judgements = [...shared(ofNode.get(episode) ?? [], ofPod), ...ofPod];
        found.set(episode.scenario, [...(found.get(episode.scenario) ?? []), judgements]);
      }
    }
    return found;
  }

  /** What the builder makes of all that happened. */
  async #dataset(): Promise<Campaign> {
    const labels = join(this.#folder, 'episodes.csv');
    const lines = this.#episodes.flatMap(({ episode, scenario, startMs, endMs, pod, role }) => {
      const line = (subject: string, involvement = '') =>
        [episode, scenario, startMs, endMs, NODE_NAME, subject, role, involvement].join();
      const own = role === 'attack' ? 'attacker' : '';
      const part = (name: string) => (name === pod ? own : 'bystander');
      const pods = this.#pods.map(({ namespace, name }) => line(`${namespace},${name}`, part(name)));
      return [line(','), ...pods];
    });
    writeFileSync(
      labels,
      `episode,scenario,start,end,node,namespace,pod,role,involvement\n${lines.join('\n')}\n`,
    );
    this.#campaign = {
      episodes: [...this.#episodes],
      node: await this.#rows('node', labels),
      pods: await this.#rows('pod', labels),
    };
    return this.#campaign;
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
    await Promise.all(this.#visitors.map((load) => load.stop()));
    for (const child of this.#children.reverse()) await child.stop();
    await this.#node.end();
    this.#sink?.close();
    this.#sink?.closeAllConnections();
  }
}
