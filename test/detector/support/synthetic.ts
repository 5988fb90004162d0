import { randomFrom } from '../../../common/random.ts';
import type { Dataset, RowFacts, Series } from '../../../learning/table/series.ts';

const STEP_MS = 15_000;
const ROWS = 600;
const EPISODE = { from: 40, rows: 12, every: 60 } as const;

function factsOf(row: number, attacks: boolean): RowFacts {
  const split = row < ROWS / 2 ? 'train' : row < (9 * ROWS) / 10 ? 'validation' : 'test';
  const number = Math.floor(row / EPISODE.every);
  const within = (row % EPISODE.every) - EPISODE.from;
  if (!attacks || within < 0 || within >= EPISODE.rows)
    return { label: 'normal', episode: null, role: null, phase: 'normal', split };
  const label = number % 2 === 0 ? 'cpu_burn' : 'implant';
  return { label, episode: `e${number}`, role: 'target', phase: 'attack', split };
}

function seriesOf(node: string, attacks: boolean, seed: number): Series {
  const random = randomFrom(seed);
  const facts = Array.from({ length: ROWS }, (_, row) => factsOf(row, attacks));
  const column = (of: (label: string | null) => number) => Float64Array.from(facts, ({ label }) => of(label));
  return {
    entity: { cluster: 'lab', node },
    timesMs: Float64Array.from(facts, (_, row) => 1_774_000_000_000 + row * STEP_MS),
    values: [
      column((label) => 0.1 + 0.05 * random() + (label === 'cpu_burn' ? 0.8 : 0)),
      column((label) => (label === 'implant' ? 0.2 : 0)),
      column(() => (random() < 0.02 ? Number.NaN : 4e9 + 1e8 * random())),
      column(() => 0),
    ],
    facts,
  };
}

/** A dataset of three nodes, two of which are attacked in turn by what one column each shows. */
export function syntheticDataset(): Dataset {
  return {
    name: 'synthetic',
    stepMs: STEP_MS,
    columns: [
      { name: 'cpu_busy_ratio', unit: 'ratio', metric: 'kubevigil_cpu_seconds_total' },
      { name: 'suspicious_execs_per_second', unit: 'per_second', metric: 'kubevigil_suspicious_execs_total' },
      { name: 'memory_bytes', unit: 'bytes' },
      { name: 'never_moves' },
    ],
    series: [seriesOf('a', true, 1), seriesOf('b', true, 2), seriesOf('c', false, 3)],
    rowsDigest: '0'.repeat(64),
  };
}
