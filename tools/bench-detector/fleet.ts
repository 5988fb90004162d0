/** A dataset that a model can be trained on, and rows of a fleet in its likeness: as wide as the catalogue, and some of it under attack. */
import { randomFrom } from '../../common/random.ts';
import type { Dataset, RowFacts, Series } from '../../learning/table/series.ts';

const COLUMNS = 40;
export const STEP_MS = 15_000;
export const START_MS = Date.UTC(2026, 2, 28);
const ATTACKS = 10;
/** How far an attack moves its columns; the noise is 1. */
const MOVE = 2.5;
/** Columns that an attack moves, of which others move some as well. */
const MOVED = 6;
/** Rows from one attack on a node to its next, and rows that it lasts. */
const EVERY = 40;
const LASTS = 12;
const EVENT_COLUMNS = 4;

export const COLUMN_NAMES = Array.from({ length: COLUMNS }, (_, i) => `column_${i}`);
const attackName = (attack: number) => `attack_${String(attack).padStart(2, '0')}`;

/** One value of a node at rest, or under one of the attacks. */
function value(column: number, attack: number | undefined, random: () => number): number {
  const isMoved = attack !== undefined && (column + COLUMNS - 3 * attack) % COLUMNS < MOVED;
  // The last columns count events of rules: mostly nothing.
  if (column >= COLUMNS - EVENT_COLUMNS) return isMoved ? MOVE * random() : 0;
  const noise = random() + random() + random() + random() - 2;
  if (random() < 0.002) return Number.NaN;
  return 10 * (column + 1) + 2 * noise + (isMoved ? MOVE * (0.5 + random()) : 0);
}

/** The values of a row. */
export function rowValues(attack: number | undefined, random: () => number): Float64Array {
  return Float64Array.from({ length: COLUMNS }, (_, column) => value(column, attack, random));
}

function factsOf(row: number, rows: number, attack: number | undefined, episode: string): RowFacts {
  const split = row < rows / 2 ? 'train' : row < (4 * rows) / 5 ? 'validation' : 'test';
  return attack === undefined
    ? { label: 'normal', episode: null, role: null, phase: 'normal', split }
    : { label: attackName(attack), episode, role: 'target', phase: 'attack', split };
}

function seriesOf(number: number, rows: number, isAttacked: boolean): Series {
  const random = randomFrom(number + 1);
  const node = `node-${number}`;
  const attacks = Array.from({ length: rows }, (_, row) => {
    const isOn = isAttacked && row % EVERY >= EVERY - LASTS;
    return isOn ? (Math.floor(row / EVERY) + number) % ATTACKS : undefined;
  });
  const all = attacks.map((attack) => rowValues(attack, random));
  return {
    entity: { cluster: 'bench', node },
    timesMs: Float64Array.from(all, (_, row) => START_MS + row * STEP_MS),
    values: COLUMN_NAMES.map((_, column) => Float64Array.from(all, (own) => own[column] as number)),
    facts: attacks.map((attack, row) => factsOf(row, rows, attack, `${node}-${Math.floor(row / EVERY)}`)),
  };
}

/** A dataset of some nodes, a quarter of which nobody attacks. */
export function benchDataset(nodes: number, rows: number): Dataset {
  return {
    name: 'bench',
    stepMs: STEP_MS,
    columns: COLUMN_NAMES.map((name, i) =>
      i < COLUMNS - EVENT_COLUMNS ? { name } : { name, metric: 'kubevigil_suspicious_execs_total' },
    ),
    series: Array.from({ length: nodes }, (_, i) => seriesOf(i, rows, i % 4 !== 3)),
    rowsDigest: '0'.repeat(64),
  };
}
