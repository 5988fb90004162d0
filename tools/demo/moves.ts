/** What moved in each scenario, beside what should have. */
import { METRICS } from '../../exporter/catalogue/index.ts';
import { columnsOf } from '../../exporter/catalogue/model/columns.ts';
import { effectOf, MOVED } from '../../scenarios/scenario/effect.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import type { Row } from './dataset.ts';

/** A column in a scenario's episode; the effect is undefined when the column has no values. */
interface Move {
  readonly column: string;
  readonly effect: number | undefined;
}

export interface ScenarioMoves {
  readonly scenario: Scenario;
  readonly rows: number;
  /** The columns that it names, those of a node. */
  readonly expected: readonly Move[];
  /** Others that moved, most first. */
  readonly others: readonly Move[];
}

const NODE_COLUMNS = columnsOf(METRICS, 'node').map(({ column }) => column);

function numbers(rows: readonly Row[], column: string): number[] {
  return rows.map((row) => row[column]).filter((value): value is number => typeof value === 'number');
}

const hasMoved = ({ effect }: Move) => effect !== undefined && Math.abs(effect) >= MOVED;

/**
 * Compares the rows of each scenario's episodes with normal time.
 *
 * @param scenarioOf which scenario an episode was of
 */
export function movesOf(
  rows: readonly Row[],
  scenarios: readonly Scenario[],
  scenarioOf: ReadonlyMap<string, string>,
  stepSeconds: number,
): ScenarioMoves[] {
  const normal = rows.filter((row) => row['phase'] === 'normal' && row['episode'] === null);
  return scenarios.flatMap((scenario) => {
    const inside = rows.filter((row) => scenarioOf.get(String(row['episode'])) === scenario.name);
    if (inside.length === 0) return [];
    const moves = NODE_COLUMNS.map(({ name, op, resolution }): Move => {
      const smallest = op === 'rate' ? resolution / stepSeconds : resolution;
      return { column: name, effect: effectOf(numbers(normal, name), numbers(inside, name), smallest)?.size };
    });
    const isExpected = ({ column }: Move) => (scenario.moves as readonly string[]).includes(column);
    const size = ({ effect = 0 }: Move) => Math.abs(effect);
    return {
      scenario,
      rows: inside.length,
      expected: moves.filter(isExpected),
      others: moves.filter((move) => !isExpected(move) && hasMoved(move)).sort((a, b) => size(b) - size(a)),
    };
  });
}

const MOST_OTHERS = 3;
/** Of a column that hardly ever changes, effects are as large as the scenario likes. */
const LARGE = 10_000;
/** Below, a digit tells on which side of the threshold it is. */
const SMALL = 10;

function shown({ column, effect = 0 }: Move): string {
  const digits = Math.abs(effect) < SMALL ? 1 : 0;
  const size = Math.abs(effect) >= LARGE ? effect.toExponential(0) : effect.toFixed(digits);
  return `${column} ${size}`;
}

function expectedText({ scenario: { role }, expected }: ScenarioMoves): string[] {
  // A benign workload may move its columns; an attack must.
  if (role === 'benign') {
    const moved = expected.filter(hasMoved).map(shown);
    return moved.length === 0 ? ['✓ nothing, as it may'] : moved.map((text) => `✓ ${text}`);
  }
  return expected.map((move) => {
    if (move.effect === undefined) return `– ${move.column} (not to be seen here)`;
    return `${hasMoved(move) ? '✓' : 'missing:'} ${shown(move)}`;
  });
}

/** The table for the terminal: one line for each expected column. */
export function moveTable(all: readonly ScenarioMoves[]): string[] {
  return all.flatMap((moves) => {
    const others = moves.others.slice(0, MOST_OTHERS).map(shown).join(', ');
    const also = others === '' ? '' : `also ${others}`;
    return expectedText(moves).map((text, i) => {
      const head = i === 0 ? `${moves.scenario.name.padEnd(22)} ${moves.scenario.role}` : '';
      return `  ${head.padEnd(30)}  ${text.padEnd(46)}${i === 0 ? ` ${also}` : ''}`.trimEnd();
    });
  });
}

/** How many rows have each value of a column: `normal 80, cpu_burn 5`. */
export function countBy(rows: readonly Row[], column: string): string {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(String(row[column]), (counts.get(String(row[column])) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${value} ${count}`).join(', ');
}
