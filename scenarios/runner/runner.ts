/** Runs scenarios, with the ground truth written around each, and undoes all of them when it is told to. */
import { firstLineOf } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import {
  type ChainPlace,
  EXPOSED_AFTER_END_MS,
  type Involvement,
  type Subject,
} from '../../dataset/episodes/contract.ts';
import {
  type Affected,
  endedAt,
  linesFor,
  ownLine,
  type ScenarioLine,
  UNDO_MS,
} from '../ground-truth/episode.ts';
import type { Ledger } from '../ground-truth/ledger.ts';
import type { Truth } from '../ground-truth/metrics.ts';
import { ScenariosError } from '../scenario/errors.ts';
import { ScenarioRefusal } from '../scenario/refusal.ts';
import type { Scenario, ScenarioOptions } from '../scenario/scenario.ts';

/** What is remembered of ended episodes, however many there were in that time. */
const MAX_KEPT = 1_000;
/** While the undoing takes longer than it should, the episode's last possible moment moves on this much before it is over. */
const EXTEND_BEFORE_MS = 2_000;

/** What is asked for. */
export interface Order {
  readonly scenario: Scenario;
  readonly episode: string;
  readonly run: string;
  /** Of an episode that is a stage of a longer attack. */
  readonly place?: ChainPlace | undefined;
  /** What the pod that it is done on has to do with it, when that is none of the attacker. */
  readonly involvement?: Involvement | undefined;
  /** Who suffers beside the node that it is done on, such as the one that the target is on. */
  readonly affects?: readonly Affected[];
  readonly options: ScenarioOptions;
}

/**
 * Whether a scenario would be done here, without doing it.
 *
 * @throws {ScenariosError} `refused`
 */
export async function checkScenario(scenario: Scenario, options: ScenarioOptions): Promise<void> {
  try {
    await scenario.check(options);
  } catch (cause) {
    if (cause instanceof ScenarioRefusal) throw new ScenariosError('refused', cause.message, { cause });
    throw cause;
  }
}

/** How an episode ended. */
export type Outcome = 'running' | 'completed' | 'stopped' | 'failed';

/** An episode that was started here. */
export interface Running {
  readonly line: ScenarioLine;
  readonly affects: readonly Affected[];
  readonly outcome: Outcome;
  /** Why it failed, in one line. */
  readonly failure?: string;
  /** Resolves when its effect has stopped and its end is written; never rejects. */
  readonly over: Promise<void>;
}

type State = { -readonly [K in keyof Running]: Running[K] } & {
  readonly abort: AbortController;
  endedMs?: number;
};

const linesOf = ({ line, affects }: Running) => linesFor(line, affects);

export interface RunnerOptions {
  /** Whom the scenarios affect: where this program runs. */
  readonly subject: Subject;
  readonly ledger: Ledger;
  /** How many may be on at a time. */
  readonly maxRunning: number;
  readonly log: Logger;
}

export class Runner {
  readonly #options: RunnerOptions;
  readonly #states = new Map<string, State>();
  /** Of a run before this one, as the ledger had them. */
  readonly #earlier: readonly ScenarioLine[];
  readonly #openedMs: number;
  #closing = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#openedMs = Date.now();
    this.#earlier = options.ledger.lines.filter(({ endMs }) => endMs > this.#openedMs - EXPOSED_AFTER_END_MS);
  }

  /** Whom the scenarios affect. */
  get subject(): Subject {
    return this.#options.subject;
  }

  get truth(): Truth {
    return { open: () => this.running.flatMap(linesOf), ended: () => this.#ended() };
  }

  get running(): readonly Running[] {
    return this.#all().filter(({ outcome }) => outcome === 'running');
  }

  /** An episode that is on, or ended a short while ago, also when that was before a restart. */
  find(episode: string): Running | undefined {
    const own = this.#states.get(episode);
    if (own !== undefined) return own;
    const [line, ...affects] = this.#earlierEnded().filter((earlier) => earlier.episode === episode);
    return line && { line, affects, outcome: 'stopped', over: Promise.resolve() };
  }

  /**
   * Starts a scenario; its start is written before its cause begins.
   *
   * @throws {ScenariosError} `refused` when the scenario will not, `closing`, `full`, `conflict`, or `truth` when the start cannot be
   * written
   */
  async start(order: Order): Promise<Running> {
    const { scenario, episode, options } = order;
    this.#admit(scenario, episode);
    await checkScenario(scenario, options);
    // Others may have started while it was looked at.
    this.#admit(scenario, episode);
    return this.#begin(order);
  }

  #begin({ scenario, episode, run, place, involvement, affects = [], options }: Order): Running {
    const startMs = Date.now();
    const line = ownLine({
      ...this.#options.subject,
      episode,
      scenario: scenario.name,
      role: scenario.role,
      involvement,
      run,
      ...place,
      startMs,
      endMs: startMs + Math.ceil(options.durationMs) + UNDO_MS,
    });
    this.#options.ledger.record(linesFor(line, affects));
    const abort = new AbortController();
    const state: State = { line, affects, outcome: 'running', abort, over: Promise.resolve() };
    this.#states.set(episode, state);
    this.#options.log.info('Episode begins', {
      episode,
      scenario: scenario.name,
      duration_ms: options.durationMs,
      intensity: options.intensity,
    });
    state.over = this.#carryOut(state, scenario, options);
    return state;
  }

  /** Stops an episode and waits until nothing is left of it. */
  async stop(episode: string): Promise<void> {
    const state = this.#states.get(episode);
    state?.abort.abort();
    await state?.over;
  }

  /** Stops all and starts no more. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.running.map(({ line }) => this.stop(line.episode)));
  }

  #admit(scenario: Scenario, episode: string): void {
    const { maxRunning, ledger } = this.#options;
    if (this.#closing) throw new ScenariosError('closing', 'the service is about to end');
    const { running } = this;
    if (running.some(({ line }) => line.scenario === scenario.name))
      throw new ScenariosError('conflict', `${scenario.name} is on already: stop it first`);
    if (running.length >= maxRunning)
      throw new ScenariosError('full', `${maxRunning} scenarios are on, which is as many as may be`);
    if (ledger.has(episode))
      throw new ScenariosError('conflict', `there was an episode ${episode} already: name it otherwise`);
  }

  async #carryOut(state: State, scenario: Scenario, options: ScenarioOptions): Promise<void> {
    const { log } = this.#options;
    const { abort } = state;
    // The children keep the time; this is for those that do not.
    const overdue = setTimeout(() => abort.abort(), options.durationMs + UNDO_MS / 2);
    const extension = this.#extend(state);
    try {
      await scenario.run(options, abort.signal);
      state.outcome = abort.signal.aborted ? 'stopped' : 'completed';
    } catch (error) {
      state.outcome = abort.signal.aborted ? 'stopped' : 'failed';
      state.failure = firstLineOf(error);
      log.error('Scenario failed', { episode: state.line.episode, error: state.failure });
    } finally {
      clearTimeout(overdue);
      clearInterval(extension);
    }
    state.endedMs = Date.now();
    state.line = endedAt(state.line, state.endedMs);
    this.#write(state);
    log.info('Episode ended', { episode: state.line.episode, outcome: state.outcome });
  }

  /** Keeps the end that is written ahead of an episode whose undoing takes long. */
  #extend(state: State): NodeJS.Timeout {
    return setInterval(() => {
      if (Date.now() < state.line.endMs - EXTEND_BEFORE_MS) return;
      state.line = { ...state.line, endMs: state.line.endMs + UNDO_MS };
      this.#write(state);
    }, EXTEND_BEFORE_MS / 2);
  }

  /** The metrics tell it all the same when the disk cannot. */
  #write(state: State): void {
    try {
      this.#options.ledger.amend(linesOf(state));
    } catch (error) {
      this.#options.log.error('Ground truth could not be written', { error: firstLineOf(error) });
    }
  }

  #all(): readonly State[] {
    this.#forget();
    return [...this.#states.values()];
  }

  #ended(): ScenarioLine[] {
    const own = this.#all().flatMap((state) => (state.outcome === 'running' ? [] : linesOf(state)));
    return [...this.#earlierEnded(), ...own];
  }

  #earlierEnded(): readonly ScenarioLine[] {
    return Date.now() < this.#openedMs + EXPOSED_AFTER_END_MS ? this.#earlier : [];
  }

  #forget(): void {
    const before = Date.now() - EXPOSED_AFTER_END_MS;
    const ended = [...this.#states.values()].filter(({ outcome }) => outcome !== 'running');
    for (const [i, { line, endedMs = 0 }] of ended.entries())
      if (endedMs < before || i < ended.length - MAX_KEPT) this.#states.delete(line.episode);
  }
}
