/** Which scenarios move which of the numbered metrics. */
import { NUMBERED_METRICS } from './columns.ts';
import type { Scenario } from './scenario.ts';

/** What a scenario tells that coverage follows from. */
export type Moving = Pick<Scenario, 'name' | 'role' | 'moves' | 'movesInCluster' | 'needsCluster'>;

/** Where a scenario moves a metric. */
export type Reach = 'anywhere' | 'in_cluster';

/** A metric, and who moves it. */
export interface Coverage {
  readonly number: number;
  readonly metric: string;
  readonly attacks: readonly { readonly name: string; readonly reach: Reach }[];
  /** Benign workloads that may move it. */
  readonly benign: readonly string[];
}

/** Where a scenario moves any of the columns; undefined when it moves none. */
function reachOf(scenario: Moving, columns: readonly string[]): Reach | undefined {
  const { moves, movesInCluster = [], needsCluster } = scenario;
  if (moves.some((column) => columns.includes(column)))
    return needsCluster === true ? 'in_cluster' : 'anywhere';
  return movesInCluster.some((column) => columns.includes(column)) ? 'in_cluster' : undefined;
}

/** A metric with a number, and the names of its columns. */
interface NumberedMetric {
  readonly number: number;
  readonly name: string;
  readonly columns: readonly string[];
}

/** By the metrics' numbers, in the order of the scenarios. */
export function coverageOf(
  scenarios: readonly Moving[],
  metrics: readonly NumberedMetric[] = NUMBERED_METRICS,
): Coverage[] {
  return metrics.map(({ number, name: metric, columns }) => {
    const reached = scenarios.flatMap((scenario) => {
      const reach = reachOf(scenario, columns);
      return reach === undefined ? [] : [{ name: scenario.name, role: scenario.role, reach }];
    });
    const attacks = reached
      .filter(({ role }) => role === 'attack')
      .map(({ name, reach }) => ({ name, reach }));
    const benign = reached.filter(({ role }) => role === 'benign').map(({ name }) => name);
    return { number, metric, attacks, benign };
  });
}
