/** What rows a campaign would make, before it runs: by class, role and part of a split by episode. */
import { formatDuration } from '../../common/duration.ts';
import { blocksOf, type Span, splitAt } from '../../dataset/episodes/blocks.ts';
import { isBenign } from '../../dataset/episodes/contract.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Plan } from './plan-schema.ts';
import { type Timetable, timetable } from './timetable.ts';

const PARTS = ['train', 'validation', 'test', 'embargo'] as const;
type Split = (typeof PARTS)[number];

/** What `kubevigil-builder build --split episode` takes. */
const FRACTIONS = [0.7, 0.15, 0.15] as const;
const SEED = 'kubevigil';
/** A sample counts for so many scrapes; the dataset's step is taken for the time between two. */
const FRESH_STEPS = 1.5;

/** Something that is done to nodes, since the campaign's start. */
interface Done {
  readonly name: string;
  readonly scenario: Scenario;
  readonly atMs: number;
  readonly durationMs: number;
  readonly targets: readonly number[];
}

/** All that is done, and the spans that a split by episode does not divide: a chain is one of them. */
function doneIn({ entries }: Timetable): { readonly done: Done[]; readonly whole: (readonly Done[])[] } {
  const whole = entries.flatMap((entry): (readonly Done[])[] => {
    if (entry.kind === 'episode') return [[{ ...entry, name: `episode ${entry.number}` }]];
    if (entry.kind !== 'chain') return [];
    const stages = entry.stages.map((stage) => ({
      ...stage,
      name: entry.name,
      atMs: entry.atMs + stage.atMs,
    }));
    return stages.length === 0 ? [] : [stages.toSorted((a, b) => a.atMs - b.atMs)];
  });
  return { done: whole.flat(), whole };
}

type Counts = Readonly<Record<Split, number>>;

/** What a campaign would make. */
interface Preview {
  /** By class; benign workloads, recovery and plain normal time are told apart. */
  readonly rows: ReadonlyMap<string, Counts>;
  /** Attack classes, with how many rows each part has of them. */
  readonly classes: readonly string[];
  readonly embargoMs: number;
  /** Scenarios with an episode of fewer than two steps. */
  readonly short: readonly string[];
}

const LOOK_ALIKES = 'normal, benign workload';
const PLAIN = 'normal';
const RECOVERY = 'normal, recovery';

/**
 * Counts the rows of a campaign, as a dataset of its nodes and its time would have them.
 *
 * @param targets how many nodes there are
 * @internal exported for its own tests
 */
export function previewOf(plan: Plan, table: Timetable, targets: number): Preview {
  const { step: stepMs, window: windowMs } = plan;
  const { done, whole } = doneIn(table);
  const embargoMs = windowMs + FRESH_STEPS * stepMs;
  const recoveryOf = ({ scenario }: Done) => (isBenign(scenario) ? 0 : windowMs);
  const spans = whole.map((parts): Span => {
    const [first] = parts as [Done, ...Done[]];
    const afterMs = Math.max(...parts.map((one) => one.atMs + one.durationMs + recoveryOf(one)));
    return {
      name: first.name,
      stratum: `${first.scenario.name}\0${first.scenario.role}`,
      firstMs: Math.ceil(first.atMs / stepMs) * stepMs,
      lastMs: Math.ceil((afterMs + stepMs) / stepMs) * stepMs - stepMs,
    };
  });
  const lastMs = Math.floor(table.totalMs / stepMs) * stepMs;
  const blocks = blocksOf(spans, {
    shares: PARTS.slice(0, 3).map((part, i) => ({ part, share: FRACTIONS[i] as number })),
    ...{ seed: SEED, isStratified: true, embargoMs, stepMs, lastMs },
  });
  const rows = new Map<string, Record<Split, number>>();
  const count = (name: string, part: Split) => {
    const counts = rows.get(name) ?? { train: 0, validation: 0, test: 0, embargo: 0 };
    counts[part]++;
    rows.set(name, counts);
  };
  const byNode = Array.from({ length: targets }, (_, node) =>
    done.filter((one) => one.targets.includes(node)),
  );
  for (let t = stepMs; t <= lastMs; t += stepMs) {
    const part = splitAt(blocks, embargoMs, t) ?? 'test';
    for (const own of byNode) count(classAt(own, t, stepMs, recoveryOf), part);
  }
  const short = done.filter(({ durationMs }) => durationMs < 2 * stepMs).map(({ scenario }) => scenario.name);
  const attacks = done.filter(({ scenario }) => !isBenign(scenario)).map(({ scenario }) => scenario.name);
  return { rows, classes: [...new Set(attacks)].sort(), embargoMs, short: [...new Set(short)].sort() };
}

/** The class of the row that covers (t − step, t]. */
function classAt(own: readonly Done[], t: number, stepMs: number, recoveryOf: (one: Done) => number): string {
  const meets = (one: Done, afterMs: number) =>
    t >= one.atMs && t - stepMs < one.atMs + one.durationMs + afterMs;
  const on = own.filter((one) => meets(one, 0));
  const attack = on.find(({ scenario }) => !isBenign(scenario));
  if (attack !== undefined) return attack.scenario.name;
  if (own.some((one) => recoveryOf(one) > 0 && meets(one, recoveryOf(one)))) return RECOVERY;
  return on.length > 0 ? LOOK_ALIKES : PLAIN;
}

/** What parts would lack, a line for each. @internal exported for its own tests */
export function lacksOf({ rows, classes }: Preview): string[] {
  const alikes = rows.has(LOOK_ALIKES) ? [LOOK_ALIKES] : [];
  return PARTS.slice(0, 3).flatMap((part) => {
    const none = [...classes, ...alikes, PLAIN].filter((name) => !rows.get(name)?.[part]);
    return none.length === 0 ? [] : [`${part} would have no rows of ${none.join('; ')}`];
  });
}

/** More repetitions than a campaign in which three do not do can be helped by. */
const MOST_REPETITIONS = 12;

/** The fewest repetitions of everything with which no part lacks anything; undefined where no number does. */
/** @internal exported for its own tests */
export function repetitionsFor(plan: Plan, targets: number): number | undefined {
  const atLeast =
    (least: number) =>
    <T extends { readonly repetitions: number }>(item: T): T => ({
      ...item,
      repetitions: Math.max(item.repetitions, least),
    });
  for (let least = 1; least <= MOST_REPETITIONS; least++) {
    const more = {
      ...plan,
      scenarios: plan.scenarios.map(atLeast(least)),
      chains: plan.chains.map(atLeast(least)),
    };
    if (lacksOf(previewOf(more, timetable(more, targets), targets)).length === 0) return least;
  }
  return undefined;
}

const WIDTH = 28;
const CELL = 12;

function row(name: string, cells: readonly string[]): string {
  return `${name.padEnd(WIDTH)}${cells.map((cell) => cell.padStart(CELL)).join('')}`;
}

/** The preview for people. */
export function previewLines(plan: Plan, table: Timetable, targets: number): string[] {
  const preview = previewOf(plan, table, targets);
  const { rows, classes, embargoMs, short } = preview;
  const ordered = [PLAIN, RECOVERY, LOOK_ALIKES, ...classes].filter((name) => rows.has(name));
  const normal = rows.get(PLAIN);
  const taken =
    normal === undefined ? 0 : normal.embargo / PARTS.reduce((sum, part) => sum + normal[part], 0);
  const lacks = lacksOf(preview);
  const enough = lacks.length === 0 ? undefined : repetitionsFor(plan, targets);
  return [
    `rows of a dataset with step ${formatDuration(plan.step)}, by kubevigil-builder build --split episode:`,
    row('', PARTS),
    ...ordered.map((name) =>
      row(
        name,
        PARTS.map((part) => String(rows.get(name)?.[part] ?? 0)),
      ),
    ),
    `the embargo of ${formatDuration(embargoMs)} takes ${Math.round(100 * taken)} % of plain normal time`,
    ...(plan.normal.min + plan.recovery <= embargoMs
      ? [
          `normal time of ${formatDuration(plan.normal.min)} can be shorter than the embargo: episodes that lie so close share a part`,
        ]
      : []),
    ...(short.length === 0
      ? []
      : [
          `shorter than two steps, so that a row is attack only in part: ${short.join(', ')}: give a longer duration, or a shorter step`,
        ]),
    ...lacks,
    ...(lacks.length === 0
      ? ['every part would have rows of every class']
      : [
          enough === undefined
            ? `no number of repetitions up to ${MOST_REPETITIONS} mends that: give more normal time than the embargo`
            : `with repetitions: ${enough} of everything each part would have rows of each class`,
        ]),
  ];
}
