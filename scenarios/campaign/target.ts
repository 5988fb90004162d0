import type { ChainPlace } from '../../dataset/episodes/contract.ts';
import type { Outcome } from '../runner/runner.ts';
import type { PlannedEpisode } from './timetable.ts';

/** What is to be done. */
export type EpisodeRequest = Pick<
  PlannedEpisode,
  'scenario' | 'durationMs' | 'intensity' | 'affects' | 'involvement' | 'target' | 'parameters'
>;

interface EpisodeOrder extends EpisodeRequest {
  readonly episode: string;
  readonly run: string;
  /** Of an episode that is a stage of a longer attack. */
  readonly place?: ChainPlace;
}

interface EpisodeEnd {
  readonly outcome: Outcome;
  readonly failure: string | undefined;
}

/** A node that a campaign is run against. */
export interface Target {
  /** As Prometheus has it, and its cluster where that is told. */
  readonly node: string;
  readonly cluster?: string | undefined;
  /**
   * Whether it would be done there, without doing it.
   *
   * @throws {ScenariosError} `refused`
   */
  check(request: EpisodeRequest): Promise<void>;
  /**
   * Carries an episode out, or stops it at the signal, with its ground truth in the campaign's ledger before and after. Resolves when its
   * effect has stopped.
   *
   * @throws {ScenariosError} `unreachable`, `refused` or `truth`
   */
  carryOut(order: EpisodeOrder, signal: AbortSignal): Promise<EpisodeEnd>;
  /** Uses the victim at this rate from now on; 0 stops. */
  setBackground(requestsPerSecond: number): Promise<void>;
  /** How far its clock is ahead of this machine's, milliseconds. */
  clockAheadMs(): Promise<number>;
  /** Ends what was started for the campaign. */
  close(): Promise<void>;
}
