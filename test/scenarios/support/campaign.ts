/** A campaign on a node of its own, with the real exporter, a real Prometheus and the builder. */
import { writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Entity } from '../../../exporter/catalogue/model/columns.ts';
import type { Scenario, ScenarioOptions } from '../../../scenarios/scenario/scenario.ts';
import { builder } from '../../builder/support/cli.ts';
import { duckdb, tableExpression } from '../../builder/support/dataset.ts';
import { type Episode, type Judgement, judge, type Row, shared } from './effects.ts';
import { idleMemoryBytes } from './idle-memory.ts';
import { type StagePod, VICTIM_PORT } from './stage-pod.ts';
import { NODE_NAME, WatchedNode } from './watched-node.ts';

const STEP_MS = 1_000;
const FIRST_NORMAL_MS = 10_000;
const NORMAL_MS = 1_000;
const EPISODE_MS = 6_000;
/** What programs that live for 1.5 s are for an agent that looks each second is counted by then. */
const RECOVERY_MS = 6_000;
/** Of all pods together. */
const HOUSEKEEPING_MS = 1_000;
const REQUESTS_PER_SECOND = 12;

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
  readonly #node: WatchedNode;
  readonly #pods: StagePod[] = [];
  #startedMs = 0;
  #episodes: Episode[] = [];
  #campaign: Campaign | undefined;
  /** Why the last episode of a scenario was none, in one line. */
  readonly #failures = new Map<string, string>();

  private constructor(folder: string, node: WatchedNode) {
    this.#folder = folder;
    this.#node = node;
  }

  /** @param pods how many there are, each of which can have a scenario at a time */
  static async open(folder: string, pods: number): Promise<Stage> {
    const stage = new Stage(folder, await WatchedNode.start(folder, `${STEP_MS / 1000}s`));
    try {
      await stage.#start(pods);
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  async #start(pods: number): Promise<void> {
    const habits = {
      housekeepingMs: HOUSEKEEPING_MS * pods,
      requestsPerSecond: REQUESTS_PER_SECOND / pods,
    };
    for (let number = 1; number <= pods; number++) this.#pods.push(await this.#node.addPod(habits));
    this.#startedMs = Date.now();
    await sleep(FIRST_NORMAL_MS);
  }

  /** Runs batch after batch, the scenarios of each at the same time in pods of their own, with normal time between. @param intensity of all */
  async run(batches: readonly (readonly Scenario[])[], intensity = 1): Promise<void> {
    for (const batch of batches) {
      const inCompany = batch.length > 1;
      const ended = await Promise.all(
        batch.map((scenario, i) => this.#episode(scenario, this.#pods[i] as StagePod, intensity)),
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
    intensity: number,
  ): Promise<Omit<Episode, 'recoveredMs'>> {
    const { sink } = this.#node;
    const others = this.#pods.filter((other) => other !== pod).map(({ victim }) => victim);
    const startMs = Date.now();
    const options: ScenarioOptions = {
      durationMs: EPISODE_MS,
      intensity,
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
   * Rows of pods during attacks that are not labelled by what the pod had to do with them: the attack of its own, or normal, as others' bystander.
   *
   * @returns how many were looked at, and what is wrong with the others
   */
  labelled(): { readonly rows: number; readonly wrong: readonly string[] } {
    const { episodes = [], pods = [] } = this.#campaign ?? {};
    let rows = 0;
    const wrong = episodes.flatMap((one) => {
      if (one.role !== 'attack') return [];
      const company = episodes.filter(({ startMs, endMs }) => startMs < one.endMs && endMs > one.startMs);
      const during = pods.filter(({ timeMs }) => timeMs - STEP_MS >= one.startMs && timeMs < one.endMs);
      return during.flatMap(({ values: { pod, label, episode, involvement } }) => {
        const isOwn = pod === one.pod;
        if (!isOwn && company.some((other) => other.pod === pod)) return [];
        rows++;
        const said = [label, involvement, ...(isOwn ? [episode] : [])].join();
        const expected = isOwn ? [one.scenario, 'attacker', one.episode].join() : 'normal,bystander';
        return said === expected ? [] : [`${one.episode}: ${pod} has ${said}`];
      });
    });
    return { rows, wrong };
  }

  /** What each episode did to the columns of the node and of its pod, by scenario. */
  async judged(): Promise<Map<string, Judgement[][]>> {
    const { episodes, node, pods } = await this.dataset();
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
  async dataset(): Promise<Campaign> {
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
        prometheus: { url: this.#node.prometheus },
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

  close(): Promise<void> {
    return this.#node.close();
  }
}
