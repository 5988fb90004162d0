/** What each part of a dataset has of each scenario. */
import { PARTS, type Part } from '../../dataset/model/rows.ts';
import type { RowFacts } from '../../learning/table/series.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import type { InParts } from './results.ts';

export type Known = Pick<Scenario, 'name' | 'role'>;

/** As a stage names its episodes: the scenario, and when it began. */
const scenarioOf = (episode: string) => episode.replace(/-\d+$/, '');
const isPart = (split: string | null): split is Part => PARTS.some((part) => part === split);

/** Whether a row shows the scenario itself: not the time after it, and not a pod that was beside it. */
function shows({ label, role, phase, involvement }: RowFacts, scenario: Known): boolean {
  if (phase === 'recovery' || involvement === 'bystander') return false;
  return scenario.role === 'benign' ? role === 'benign' : label === scenario.name;
}

/**
 * Episodes and rows of each scenario in each part.
 *
 * @param facts of all rows
 */
export function countsOf(facts: Iterable<RowFacts>, scenarios: readonly Known[]): Map<string, InParts> {
  const found = new Map(
    scenarios.map((one) => [
      one.name,
      { known: one, parts: new Map(PARTS.map((part) => [part, { rows: 0, episodes: new Set<string>() }])) },
    ]),
  );
  for (const row of facts) {
    const { episode, split } = row;
    if (episode === null || !isPart(split)) continue;
    const own = found.get(scenarioOf(episode));
    const part = own?.parts.get(split);
    if (own === undefined || part === undefined || !shows(row, own.known)) continue;
    part.rows++;
    part.episodes.add(episode);
  }
  return new Map(
    [...found].map(([name, { parts }]) => [
      name,
      Object.fromEntries(
        [...parts].map(([part, { rows, episodes }]) => [part, { episodes: episodes.size, rows }]),
      ) as InParts,
    ]),
  );
}
