import { randomFrom } from '../../../common/random.ts';
import type { Dataset, RowFacts, Series } from '../../../learning/table/series.ts';

const STEP_MS = 15_000;
const ROWS = 1_200;
const EPISODE = { from: 40, rows: 8, every: 60 } as const;
/** Rows around the curve: so few that a node's own usual value is soon known, and no whole number, so that no two rounds are alike. */
const ROUND = 40.7;

function factsOf(row: number): RowFacts {
  const split = row < 700 ? 'train' : row < 1_100 ? 'validation' : 'test';
  const number = Math.floor(row / EPISODE.every);
  const within = (row % EPISODE.every) - EPISODE.from;
  if (within < 0 || within >= EPISODE.rows)
    return { label: 'normal', episode: null, role: null, phase: 'normal', split };
  const label = number % 2 === 0 ? 'scan' : 'implant';
  return { label, episode: `e${number}`, role: 'target', phase: 'attack', split };
}

function seriesOf(node: string, isAttacked: boolean, seed: number): Series {
  const random = randomFrom(seed);
  const quiet: RowFacts = { label: 'normal', episode: null, role: null, phase: 'normal', split: null };
  const facts = Array.from({ length: ROWS }, (_, row) => {
    const own = factsOf(row);
    return isAttacked ? own : { ...quiet, split: own.split };
  });
  const rows = facts.map(({ label }, row) => {
    const angle = (2 * Math.PI * (row + 40 * seed)) / ROUND;
    // An attack is no value that nothing else has: it lies beside the curve, as another place on it in one column.
    const others = label === 'scan' ? [0, Math.PI, 0] : label === 'implant' ? [0, 0, Math.PI] : [0, 0, 0];
    return others.map((away, i) => Math.cos((i + 1) * (angle + away / (i + 1))) + 0.02 * random());
  });
  return {
    entity: { cluster: 'lab', node },
    timesMs: Float64Array.from(facts, (_, row) => 1_774_000_000_000 + row * STEP_MS),
    values: [0, 1, 2].map((column) => Float64Array.from(rows, (own) => own[column] as number)),
    facts,
  };
}

/** A dataset whose normal rows lie on a curve that no plane holds. */
export function curvedDataset(): Dataset {
  return {
    name: 'curved',
    stepMs: STEP_MS,
    columns: [{ name: 'one' }, { name: 'two' }, { name: 'three' }],
    series: [seriesOf('a', true, 1), seriesOf('b', true, 2), seriesOf('c', false, 3)],
    rowsDigest: '2'.repeat(64),
  };
}
