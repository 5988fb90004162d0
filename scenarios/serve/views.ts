/** What the service answers, as JSON. */
import type { ScenarioRole, Subject } from '../../dataset/episodes/contract.ts';
import type { Running } from '../runner/runner.ts';
import type { Scenario } from '../scenario/scenario.ts';

export interface EpisodeView {
  readonly episode: string;
  readonly scenario: string;
  readonly role: ScenarioRole;
  readonly run: string;
  readonly cluster?: string | undefined;
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  /** UTC milliseconds. */
  readonly start: number;
  /** UTC milliseconds: of an episode that is on, the last moment at which it can have an effect. */
  readonly end: number;
  /** Who else suffers, at the same time. */
  readonly affects: readonly Subject[];
  readonly outcome: Running['outcome'];
  readonly failure?: string;
}

export function episodeView({ line, affects, outcome, failure }: Running): EpisodeView {
  const { startMs, endMs, ...rest } = line;
  return { ...rest, start: startMs, end: endMs, affects, outcome, ...(failure !== undefined && { failure }) };
}

export function scenarioView(
  { name, help, role, technique, moves, parameters, longestMs }: Scenario,
  running: readonly Running[],
) {
  const episodes = running.filter(({ line }) => line.scenario === name).map(episodeView);
  return { name, help, role, technique, moves, parameters, longestSeconds: longestMs / 1000, episodes };
}
