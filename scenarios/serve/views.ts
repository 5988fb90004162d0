/** What the service answers, as JSON. */
import type { Involvement, ScenarioRole } from '../../dataset/episodes/contract.ts';
import type { Affected } from '../ground-truth/episode.ts';
import type { Running } from '../runner/runner.ts';
import type { Scenario } from '../scenario/scenario.ts';

export interface EpisodeView {
  readonly episode: string;
  readonly scenario: string;
  readonly role: ScenarioRole;
  readonly run: string;
  readonly chain?: string;
  readonly stage?: string;
  readonly cluster?: string | undefined;
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly involvement?: Involvement | undefined;
  /** UTC milliseconds. */
  readonly start: number;
  /** UTC milliseconds: of an episode that is on, the last moment at which it can have an effect. */
  readonly end: number;
  /** Who else suffers, at the same time. */
  readonly affects: readonly Affected[];
  readonly outcome: Running['outcome'];
  readonly failure?: string;
}

export function episodeView({ line, affects, outcome, failure }: Running): EpisodeView {
  const { startMs, endMs, ...rest } = line;
  return { ...rest, start: startMs, end: endMs, affects, outcome, ...(failure !== undefined && { failure }) };
}

/** All that a scenario tells of itself, and its episodes that are on. */
export function scenarioView(scenario: Scenario, running: readonly Running[]) {
  const { longestMs, check: _, run: __, ...told } = scenario;
  const episodes = running.filter(({ line }) => line.scenario === told.name).map(episodeView);
  return { ...told, longestSeconds: longestMs / 1000, episodes };
}
