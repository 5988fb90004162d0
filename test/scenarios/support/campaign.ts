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
import { episodesText } from './episodes-text.ts';
import { idleMemoryBytes } from './idle-memory.ts';
import { type Labelled, labelledRows } from './labelled-rows.ts';
import { type StagePod, VICTIM_PORT } from './stage-pod.ts';
import { isRefusal } from './verdict.ts';
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

/** What one pod is to do. */
export interface Turn {
  readonly scenario: Scenario;
  /** Place among the pods of the stage, from 0. */
  readonly pod: number;
  readonly intensity: number;
  readonly durationMs: number;
}

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
  readonly #stepMs: number;
  readonly #pods: StagePod[] = [];
  #startedMs = 0;
  #episodes: Episode[] = [];
  #campaign: Campaign | undefined;
  /** Why the last episode of a scenario was none, in one line. */
  readonly #failures = new Map<string, string>();

  private constructor(folder: string, node: WatchedNode, stepMs: number) {
    this.#folder = folder;
    this.#node = node;
    this.#stepMs = stepMs;
  }

  /**
   * @param pods how many there are, each of which can have a scenario at a time
   * @param stepMs between scrapes, and of the datasets: whole seconds
   */
  static async open(folder: string, pods: number, stepMs = STEP_MS): Promise<Stage> {
    const stage = new Stage(folder, await WatchedNode.start(folder, `${stepMs / 1000}s`), stepMs);
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
    for (const batch of batches)
      await this.perform(
        batch.map((scenario, pod) => ({ scenario, pod, intensity, durationMs: EPISODE_MS })),
        NORMAL_MS,
      );
  }

  /**
   * Has pods do something at the same time, and waits for their recovery and for normal time after it.
   *
   * @param campaign what the run of these episodes is called in the ground truth
   */
  async perform(turns: readonly Turn[], normalMs: number, campaign = ''): Promise<void> {
    const inCompany = turns.length > 1;
    const ended = await Promise.all(turns.map((turn) => this.#episode(turn)));
    await sleep(RECOVERY_MS);
    const recoveredMs = Date.now();
    const idleMemoryRatio = idleMemoryBytes() / totalmem();
    await sleep(normalMs);
    const after = { recoveredMs, idleMemoryRatio, inCompany, run: campaign };
    this.#episodes.push(...ended.flatMap((one) => (one === undefined ? [] : { ...one, ...after })));
  }

  /** Undefined when the scenario was refused: then nothing was done. */
  async #episode({
    scenario: { name, role, beyondLoopback },
    pod: place,
    intensity,
    durationMs,
  }: Turn): Promise<Omit<Episode, 'recoveredMs'> | undefined> {
    const { sink } = this.#node;
    const pod = this.#pods[place] as StagePod;
    const others = this.#pods.filter((other) => other !== pod).map(({ victim }) => victim);
    const startMs = Date.now();
    const options: ScenarioOptions = {
      durationMs,
      intensity,
      folder: pod.folder,
      target: beyondLoopback === true ? sink : `127.0.0.1:${VICTIM_PORT}`,
      allowedTargets: [sink, ...others],
    };
    const failure = await pod.do({ name, options });
    if (failure === undefined) this.#failures.delete(name);
    else this.#failures.set(name, failure);
    if (failure !== undefined && isRefusal(failure)) return undefined;
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

  /** How the rows of pods during episodes are labelled. */
  labelled(): Labelled {
    const { episodes = [], pods = [] } = this.#campaign ?? {};
    return labelledRows(episodes, pods, this.#stepMs);
  }

  /** What each episode did to the columns of the node and of its pod, by scenario. */
  async judged(): Promise<Map<string, Judgement[][]>> {
    const { episodes, node, pods } = await this.dataset();
    const ofNode = judge(node, episodes, 'node', this.#stepMs);
    const found = new Map<string, Judgement[][]>();
    for (const { name } of this.#pods) {
      const rows = pods.filter(({ values }) => values['pod'] === name);
      const own = episodes.filter(({ pod }) => pod === name);
      for (const [episode, ofPod] of judge(rows, own, 'pod', this.#stepMs, episodes)) {
        const judgements = [...shared(ofNode.get(episode) ?? [], ofPod), ...ofPod];
        found.set(episode.scenario, [...(found.get(episode.scenario) ?? []), judgements]);
      }
    }
    return found;
  }

  /** What the builder makes of all that happened. */
  async dataset(): Promise<Campaign> {
    this.#campaign = {
      episodes: [...this.#episodes],
      node: await this.#rows('node'),
      pods: await this.#rows('pod'),
    };
    return this.#campaign;
  }

  async #rows(entity: Entity): Promise<Row[]> {
    const output = join(this.#folder, `dataset-${entity}-${this.#episodes.length}`);
    await this.build(entity, output);
    const rows = await duckdb(`SELECT * FROM ${tableExpression(output, 'parquet')} ORDER BY timestamp`);
    return rows.map((values) => ({ timeMs: (values['timestamp'] as Date).getTime(), values }));
  }

  /**
   * Has the builder make a dataset of all that happened.
   *
   * @param config what its configuration has beside that
   * @returns the builder's summary
   */
  async build(entity: Entity, output: string, config: object = {}): Promise<string> {
    const labels = join(this.#folder, 'episodes.csv');
    writeFileSync(labels, episodesText(this.#episodes, NODE_NAME, this.#pods));
    const file = join(this.#folder, `${entity}.yaml`);
    const iso = (ms: number) => new Date(ms).toISOString();
    writeFileSync(
      file,
      stringify({
        prometheus: { url: this.#node.prometheus },
        entity,
        start: iso(this.#startedMs + 2 * this.#stepMs),
        end: iso(Date.now()),
        step: `${this.#stepMs / 1000}s`,
        labels: [{ episodes: labels }],
        ...config,
        output,
      }),
    );
    const { code, stdout, stderr } = await builder(['build', '--config', file]);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  close(): Promise<void> {
    return this.#node.close();
  }
}
