/** What changed in each scenario, beside what should have. */
import { median } from '../../common/statistics.ts';
import { METRICS } from '../../exporter/catalogue/index.ts';
import { columnsOf } from '../../exporter/catalogue/model/columns.ts';
import { MOVED, unitOf } from '../../scenarios/scenario/effect.ts';
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
/** What scenarios are to move, they raise: a fall is no sign of them. */
const hasRisen = ({ effect }: Move) => effect !== undefined && effect >= MOVED;

const isNormal = (row: Row) => row['phase'] === 'normal' && row['episode'] === null;

/** Rows of normal time on each side of an episode that it is compared with. */
const MOST_BESIDE = 6;

/** An episode's rows, and the normal time just before it and just after its recovery. */
interface Compared {
  readonly inside: readonly Row[];
  readonly beside: readonly Row[];
}

/**
 * What is to be compared of each episode of a scenario: things drift in a campaign, and what an earlier scenario left would count as the
 * doing of a later one.
 *
 * @param rows of one node, in the order of time
 */
function comparedOf(rows: readonly Row[], isOwn: (episode: string) => boolean): Compared[] {
  const found = new Map<string, { first: number; last: number }>();
  for (const [i, row] of rows.entries()) {
    const episode = row['episode'];
    if (typeof episode !== 'string' || !isOwn(episode)) continue;
    found.set(episode, { first: found.get(episode)?.first ?? i, last: i });
  }
  return [...found.values()].map(({ first, last }) => {
    const inside = rows.slice(first, last + 1).filter((row) => row['episode'] === rows[first]?.['episode']);
    const before: Row[] = [];
    for (let i = first - 1; i >= 0 && before.length < MOST_BESIDE; i--) {
      const row = rows[i] as Row;
      if (isNormal(row)) before.push(row);
      else if (before.length > 0 || row['phase'] !== 'recovery') break;
    }
    const after: Row[] = [];
    for (let i = last + 1; i < rows.length && after.length < MOST_BESIDE; i++) {
      const row = rows[i] as Row;
      if (isNormal(row)) after.push(row);
      else if (after.length > 0 || row['phase'] !== 'recovery') break;
    }
    return { inside, beside: [...before, ...after] };
  });
}

/** Median over all episodes of how far their values are from the normal time beside them, in units. */
function effectBeside(
  compared: readonly Compared[],
  name: string,
  normal: readonly number[],
  resolution: number,
): number | undefined {
  const differences = compared.flatMap(({ inside, beside }) => {
    const calm = numbers(beside, name);
    // An episode without normal time beside it is compared with all there is.
    const level = median(calm.length > 0 ? calm : normal);
    return numbers(inside, name).map((value) => value - level);
  });
  if (differences.length === 0 || normal.length === 0) return undefined;
  return median(differences) / unitOf(normal, resolution);
}

/**
 * Compares the rows of each scenario's episodes with the normal time beside them.
 *
 * @param scenarioOf which scenario an episode was of
 */
export function movesOf(
  rows: readonly Row[],
  scenarios: readonly Scenario[],
  scenarioOf: ReadonlyMap<string, string>,
  stepSeconds: number,
): ScenarioMoves[] {
  const normal = rows.filter(isNormal);
  return scenarios.flatMap((scenario) => {
    const compared = comparedOf(rows, (episode) => scenarioOf.get(episode) === scenario.name);
    if (compared.length === 0) return [];
    const moves = NODE_COLUMNS.map(({ name, op, resolution }): Move => {
      const smallest = op === 'rate' ? resolution / stepSeconds : resolution;
      return { column: name, effect: effectBeside(compared, name, numbers(normal, name), smallest) };
    });
    const isExpected = ({ column }: Move) => (scenario.moves as readonly string[]).includes(column);
    const size = ({ effect = 0 }: Move) => Math.abs(effect);
    return {
      scenario,
      rows: compared.reduce((sum, { inside }) => sum + inside.length, 0),
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
    const moved = expected.filter(hasRisen).map(shown);
    return moved.length === 0 ? ['✓ nothing, as it may'] : moved.map((text) => `✓ ${text}`);
  }
  return expected.map((move) => {
    if (move.effect === undefined) return `– ${move.column} (not to be seen here)`;
    return `${hasRisen(move) ? '✓' : 'missing:'} ${shown(move)}`;
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
