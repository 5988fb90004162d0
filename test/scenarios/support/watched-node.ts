/** A node of its own with pods that come and go, watched by the real exporter and a real Prometheus with the rules that ship. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { V1Pod } from '@kubernetes/client-node';
import { BackgroundLoad } from '../../../scenarios/victim/background.ts';
import { createVictim } from '../../../scenarios/victim/victim.ts';
import { type Child, startChild, waitForChild } from '../../../tools/programs/child.ts';
import { answers, type RunningPrometheus, startPrometheus } from '../../../tools/programs/prometheus.ts';
import { shippedConfig } from '../../../tools/programs/shipped-config.ts';
import { EXPORTER } from '../../support/exporter.ts';
import { TestNode } from './node.ts';
import { Servant } from './servant.ts';
import { StagePod } from './stage-pod.ts';

export const NODE_NAME = 'test-node';
const EXPORTER_PORT = 24924;
const API_MAIN = fileURLToPath(new URL('./api-main.js', import.meta.url));

/** What pods do while nothing is done to them, so that no time is idle. */
export interface Habits {
  /** How often a pod does a little by itself. */
  readonly housekeepingMs: number;
  /** How often people use its victim, over the uplink. */
  readonly requestsPerSecond: number;
}

export class WatchedNode {
  readonly #folder: string;
  readonly #node: TestNode;
  readonly #children: Child[] = [];
  readonly #visitors = new Map<StagePod, BackgroundLoad>();
  readonly #sink: Server;
  readonly #kubernetes: Servant;
  #prometheus: RunningPrometheus | undefined;
  #pods = 0;

  private constructor(folder: string, node: TestNode) {
    this.#folder = folder;
    this.#node = node;
    this.#sink = createServer(createVictim(() => {}));
    this.#kubernetes = new Servant([...node.entering(), process.execPath, API_MAIN, folder]);
  }

  /**
   * @param folder for all that is written
   * @param interval between scrapes and evaluations, a Prometheus duration
   */
  static async start(folder: string, interval: string): Promise<WatchedNode> {
    const watched = new WatchedNode(folder, await TestNode.start());
    try {
      await watched.#start(interval);
      return watched;
    } catch (error) {
      await watched.close();
      throw error;
    }
  }

  async #start(interval: string): Promise<void> {
    this.#sink.listen(0, this.#node.gateway);
    await once(this.#sink, 'listening');
    await this.#kubernetes.answer();
    await this.#startExporter(this.exporter);
    const targets = join(this.#folder, 'targets.json');
    writeFileSync(targets, JSON.stringify([{ targets: [this.exporter], labels: { node: NODE_NAME } }]));
    this.#prometheus = await startPrometheus(
      this.#folder,
      shippedConfig('prometheus.yml', targets, interval),
    );
    this.#children.push(this.#prometheus);
  }

  /** In a container of the host's network. */
  async #startExporter(listenAddress: string): Promise<void> {
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

  /** `host:port`, as it is reached from this machine. */
  get exporter(): string {
    return `${this.#node.address}:${EXPORTER_PORT}`;
  }

  /** A command that runs what follows it on the node, outside of its pods. */
  get entering(): readonly string[] {
    return this.#node.entering();
  }

  /** Such as `http://127.0.0.1:41234`. */
  get prometheus(): string {
    return this.#prometheus?.url ?? '';
  }

  /** Beyond the uplink, as `host:port`: a service that throws away what it takes. */
  get sink(): string {
    return `${this.#node.gateway}:${(this.#sink.address() as AddressInfo).port}`;
  }

  /** Starts a pod, of which the API server knows. */
  async addPod({ housekeepingMs, requestsPerSecond }: Habits): Promise<StagePod> {
    const pod = new StagePod(this.#node, NODE_NAME, ++this.#pods, this.#folder);
    await this.announce(pod.object);
    await pod.start(housekeepingMs);
    const visitors = new BackgroundLoad(`http://${pod.victim}`);
    visitors.start(requestsPerSecond, Number.POSITIVE_INFINITY);
    this.#visitors.set(pod, visitors);
    return pod;
  }

  /** Has the API server know of a pod that runs nothing. */
  async announce(object: V1Pod): Promise<void> {
    this.#kubernetes.order({ put: object });
    await this.#kubernetes.answer();
  }

  /** Ends a pod with all that runs in it. */
  async removePod(pod: StagePod): Promise<void> {
    await this.#visitors.get(pod)?.stop();
    this.#visitors.delete(pod);
    pod.end();
    this.#kubernetes.order({ delete: pod.object.metadata?.uid });
    await this.#kubernetes.answer();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#visitors.values()].map((visitors) => visitors.stop()));
    for (const child of this.#children.reverse()) await child.stop();
    await this.#node.end();
    this.#sink.close();
    this.#sink.closeAllConnections();
  }
}
