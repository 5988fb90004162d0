/** What a campaign does when: a pure function of its plan, so that a dry run shows exactly what would run. */
import { formatDuration } from '../../common/duration.ts';
import { randomFrom } from '../../common/random.ts';
import type { Involvement } from '../../dataset/episodes/contract.ts';
import type { Affected } from '../ground-truth/episode.ts';
import { SCENARIOS } from '../registry/registry.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Plan, Range } from './plan-schema.ts';

interface Phase {
  /** Since the campaign's start, if nothing takes longer than planned. */
  readonly atMs: number;
  readonly durationMs: number;
  /** Of the background load, which goes on through episodes. */
  readonly requestsPerSecond: number;
}

/** Time in which nothing is done. */
export interface Quiet extends Phase {
  readonly kind: 'normal' | 'recovery';
}

export interface PlannedEpisode extends Phase {
  readonly kind: 'episode';
  /** From 1. */
  readonly number: number;
  readonly scenario: Scenario;
  readonly intensity: number;
  /** The service that suffers, when the plan names one. */
  readonly target?: string;
  readonly parameters?: Readonly<Record<string, number>>;
  /** Who suffers beside the nodes that it is done on. */
  readonly affects: readonly Affected[];
  /** Of the pod that it is done in. */
  readonly involvement?: Involvement;
  /** Places among the plan's targets. */
  readonly targets: readonly number[];
}

export interface Timetable {
  readonly entries: readonly (Quiet | PlannedEpisode)[];
  readonly episodes: number;
  readonly totalMs: number;
}

type Random = () => number;
type Item = Plan['scenarios'][number] & { readonly scenario: Scenario };

/** Shuffles by Fisher and Yates. */
function shuffled<T>(values: readonly T[], random: Random): T[] {
  const copy = [...values];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

const drawn = ({ min, max }: Range, random: Random) => min + (max - min) * random();
/** Whole seconds, or what there is of one: a timetable is for reading. */
const drawnMs = (range: Range, random: Random) =>
  Math.min(range.max, Math.max(range.min, Math.round(drawn(range, random) / 1000) * 1000));
const rounded = (value: number, range: Range, unit: number) =>
  Math.min(range.max, Math.max(range.min, Math.round(value / unit) * unit));

/**
 * All repetitions in random order. Benign workloads come between attacks, spread over the gaps, so that a detector that takes everything
 * unusual for an attack is wrong again and again.
 */
function inOrder(items: readonly Item[], random: Random): Item[] {
  const all = items.flatMap((item) => Array.from({ length: item.repetitions }, () => item));
  const attacks = shuffled(
    all.filter(({ scenario }) => scenario.role === 'attack'),
    random,
  );
  const benign = shuffled(
    all.filter(({ scenario }) => scenario.role === 'benign'),
    random,
  );
  const between = Array.from({ length: attacks.length - 1 }, (_, i) => i + 1);
  const gaps = shuffled(between.length === 0 ? [0] : between, random);
  const after = new Map<number, Item[]>();
  for (const [i, item] of benign.entries()) {
    const gap = gaps[i % gaps.length] ?? 0;
    after.set(gap, [...(after.get(gap) ?? []), item]);
  }
  return [...(after.get(0) ?? []), ...attacks.flatMap((attack, i) => [attack, ...(after.get(i + 1) ?? [])])];
}

/** @param targets how many nodes there are */
export function timetable(plan: Plan, targets: number): Timetable {
  const random = randomFrom(plan.seed);
  const known = new Map(SCENARIOS.map((scenario) => [scenario.name, scenario]));
  const items = plan.scenarios.flatMap((item) => {
    const scenario = known.get(item.name);
    return scenario === undefined ? [] : [{ ...item, scenario }];
  });
  const rate = plan.background.requestsPerSecond;
  const drawRate = () => rounded(drawn(rate, random), rate, 0.1);
  const entries: (Quiet | PlannedEpisode)[] = [];
  let atMs = 0;
  const add = (entry: DistributiveOmit<Quiet | PlannedEpisode, 'atMs'>) => {
    entries.push({ atMs, ...entry });
    atMs += entry.durationMs;
  };
  for (const [i, item] of inOrder(items, random).entries()) {
    const requestsPerSecond = drawRate();
    add({ kind: 'normal', durationMs: drawnMs(plan.normal, random), requestsPerSecond });
    add({
      kind: 'episode',
      number: i + 1,
      scenario: item.scenario,
      durationMs: drawnMs(item.duration, random),
      intensity: rounded(drawn(item.intensity, random), item.intensity, 0.01),
      targets:
        item.on === 'all' ? Array.from({ length: targets }, (_, at) => at) : [Math.floor(random() * targets)],
      affects: item.affects,
      ...(item.involvement !== undefined && { involvement: item.involvement }),
      ...(item.target !== undefined && { target: item.target }),
      ...(item.parameters !== undefined && { parameters: item.parameters }),
      requestsPerSecond,
    });
    add({ kind: 'recovery', durationMs: plan.recovery, requestsPerSecond });
  }
  add({ kind: 'normal', durationMs: drawnMs(plan.normal, random), requestsPerSecond: drawRate() });
  return { entries, episodes: entries.filter(({ kind }) => kind === 'episode').length, totalMs: atMs };
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function entryLine(entry: Quiet | PlannedEpisode, nodes: readonly string[]): string {
  const when = `${formatDuration(entry.atMs).padStart(10)}  ${formatDuration(entry.durationMs).padEnd(8)}`;
  const load = `background ${entry.requestsPerSecond.toFixed(1)}/s`;
  if (entry.kind !== 'episode') return `${when}  ${entry.kind.padEnd(24)}  ${load}`;
  const { scenario, intensity, targets, target } = entry;
  const place = targets.map((target) => nodes[target]).join(', ');
  return `${when}  ${scenario.name.padEnd(24)}  ${scenario.role.padEnd(6)}  intensity ${intensity.toFixed(2)}  on ${place}${target === undefined ? '' : `  against ${target}`}`;
}

/** The timetable as lines for people. @param nodes what the targets are called */
export function timetableLines(plan: Plan, table: Timetable, nodes: readonly string[]): string[] {
  const { entries, episodes, totalMs } = table;
  return [
    `campaign ${plan.name}, seed ${plan.seed}: ${episodes} episodes on ${nodes.join(', ')} in ${formatDuration(totalMs)}`,
    ...entries.map((entry) => entryLine(entry, nodes)),
  ];
}
