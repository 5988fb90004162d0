import { labeller } from '../../builder/labels/label-rows.ts';
import { splitter } from '../../builder/splits/split.ts';
import type { Episode } from '../../dataset/episodes/contract.ts';
import { drawing, rect, text } from './svg.ts';

const STEP_MS = 15_000;
const WINDOW_MS = 60_000;
const ROWS = 80;
const START_MS = Date.UTC(2026, 10, 23, 12);

function episode(scenario: string, role: string, from: number, to: number): Episode {
  return {
    ...{
      episode: scenario,
      scenario,
      role,
      run: 'campaign',
      node: 'node-a',
      namespace: '',
      pod: '',
      place: 'here',
    },
    startMs: START_MS + from * STEP_MS,
    endMs: START_MS + to * STEP_MS,
  };
}

/** One attack, a benign workload, and an attack that lies where the training part was to end. */
const EPISODES = [
  episode('cpu_burn', 'victim', 7.5, 14),
  episode('backup', 'benign', 28, 38.4),
  episode('port_scan', 'victim', 45.2, 51),
];

interface Row {
  readonly label: string | null;
  readonly phase: string | null;
  readonly episode: string | null;
  readonly split: string;
}

/**
 * The rows as the builder labels and splits them.
 *
 * @internal exported for its own tests
 */
export function labelledRows(): Row[] {
  const times = {
    firstMs: START_MS + STEP_MS,
    lastMs: START_MS + ROWS * STEP_MS,
    stepMs: STEP_MS,
    recoveryMs: WINDOW_MS,
    reachMs: WINDOW_MS,
  };
  const rows = {
    cluster: '',
    node: 'node-a',
    timesMs: Float64Array.from({ length: ROWS }, (_, i) => times.firstMs + i * STEP_MS),
    features: [],
  };
  const labelled = labeller(EPISODES, times).label(rows);
  const config = { by: 'time' as const, fractions: [0.6, 0.2, 0.2] as [number, number, number] };
  const { splits } = splitter(config, '0', EPISODES, times, times.lastMs).split(labelled);
  return labelled.labels.map(({ label, phase, episode: name }, i) => ({
    label,
    phase,
    episode: name,
    split: splits[i] ?? '',
  }));
}

const CELL = 10;
const LEFT = 150;
const LETTER = 6.5;
const PHASES: Readonly<Record<string, string>> = { normal: 'calm', attack: 'attack', recovery: 'recovery' };
const SPLITS: Readonly<Record<string, string>> = {
  train: 'data',
  validation: 'mark',
  test: 'recovery',
  embargo: 'hollow',
};

interface Run {
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

function runsOf(values: readonly string[]): Run[] {
  const starts = values.flatMap((value, i) => (value === values[i - 1] ? [] : [i]));
  return starts.map((from, i) => ({ value: values[from] ?? '', from, to: starts[i + 1] ?? values.length }));
}

/** Whether a name is wider than its cells, so that every other goes lower. */
const isNarrow = (value: string, cells: number) => value.length * LETTER > cells * CELL;

function lane(
  y: number,
  name: string,
  values: readonly string[],
  classOf: (value: string) => string,
): string[] {
  const runs = runsOf(values);
  return [
    text(LEFT - 12, y + 19, name, { anchor: 'end', isBold: true }),
    ...values.map((value, i) => rect(LEFT + i * CELL, y, CELL - 2, 28, classOf(value), 2)),
    ...runs.map(({ value, from, to }, i) =>
      text(
        LEFT + ((from + to) / 2) * CELL,
        y + (isNarrow(value, to - from) && i % 2 === 0 ? 57 : 44),
        value,
        {
          anchor: 'middle',
          name: 'soft',
          size: 11,
        },
      ),
    ),
  ];
}

/** Labels, phases and parts of one node's rows, a cell for each. */
export function labelsPicture(): string {
  const rows = labelledRows();
  const column = (of: (row: Row) => string | null) => rows.map((row) => of(row) ?? '');
  return drawing(LEFT + ROWS * CELL + 24, 344, 'Labels, phases and splits of the rows of one node', [
    text(
      24,
      32,
      `${ROWS} rows of one node: steps of 15 s, a window of 60 s, a split by time of 60 : 20 : 20`,
      {
        isBold: true,
        size: 15,
      },
    ),
    ...lane(
      54,
      'episode',
      column(({ episode: name }) => name ?? ''),
      (name) => (name === '' ? 'calm' : name === 'backup' ? 'data' : 'attack'),
    ),
    ...lane(
      120,
      'label',
      column(({ label }) => label),
      (label) => (label === 'normal' ? 'calm' : 'attack'),
    ),
    ...lane(
      186,
      'phase',
      column(({ phase }) => phase),
      (phase) => PHASES[phase] ?? 'calm',
    ),
    ...lane(
      252,
      'split',
      column(({ split }) => split),
      (split) => SPLITS[split] ?? 'calm',
    ),
    text(
      24,
      334,
      'A row is an attack row if its step overlaps the episode. The bound of the training part moved past port_scan, so that no episode is cut.',
      {
        name: 'soft',
        size: 12,
      },
    ),
  ]);
}
