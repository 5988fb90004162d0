/** What a campaign does when: a pure function of its plan, so that a dry run shows exactly what would run. */
import { formatDuration } from '../../common/duration.ts';
import { randomFrom } from '../../common/random.ts';
import type { Involvement } from '../../dataset/episodes/contract.ts';
import type { Affected } from '../ground-truth/episode.ts';
import { SCENARIOS } from '../registry/registry.ts';
import { ScenariosError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { chainMs, type PlannedStage, plannedStages } from './chain.ts';
import { drawn, drawnMs, type Random, rounded, shuffled } from './draw.ts';
import type { Plan } from './plan-schema.ts';

interface Phase {
  /** Since the campaign's start, if nothing takes longer than planned. */
  readonly atMs: number;
  readonly durationMs: number;
  /** Of the background load, which goes on through episodes. */
  readonly requestsPerSecond: number;
}

/** Time in which nothing is done. */
interface Quiet extends Phase {
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
  readonly entries: readonly Entry[];
  readonly episodes: number;
  readonly totalMs: number;
}

/** An attack of several stages. */
export interface PlannedChain extends Phase {
  readonly kind: 'chain';
  /** `intrusion-1`: the plan's name of it and the repetition, from 1. */
  readonly name: string;
  readonly stages: readonly PlannedStage[];
}

/** What is done, or not. */
export type Entry = Quiet | PlannedEpisode | PlannedChain;

type Item = Plan['scenarios'][number] & { readonly scenario: Scenario };
type ChainItem = Plan['chains'][number] & { readonly scenario: { readonly role: 'attack' } };

/**
 * All repetitions in random order. Benign workloads come between attacks, spread over the gaps, so that a detector that takes everything
 * unusual for an attack is wrong again and again.
 */
function inOrder<T extends { readonly repetitions: number; readonly scenario: Pick<Scenario, 'role'> }>(
  items: readonly T[],
  random: Random,
): T[] {
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
  const after = new Map<number, T[]>();
  for (const [i, item] of benign.entries()) {
    const gap = gaps[i % gaps.length] ?? 0;
    after.set(gap, [...(after.get(gap) ?? []), item]);
  }
  return [...(after.get(0) ?? []), ...attacks.flatMap((attack, i) => [attack, ...(after.get(i + 1) ?? [])])];
}

function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new ScenariosError('plan', `there is no scenario ${JSON.stringify(name)}`);
  return found;
}

function episodeOf(
  item: Item,
  number: number,
  targets: number,
  random: Random,
): DistributiveOmit<PlannedEpisode, 'atMs' | 'requestsPerSecond'> {
  return {
    kind: 'episode',
    number,
    scenario: item.scenario,
    durationMs: drawnMs(item.duration, random),
    intensity: rounded(drawn(item.intensity, random), item.intensity, 0.01),
    targets:
      item.on === 'all' ? Array.from({ length: targets }, (_, at) => at) : [Math.floor(random() * targets)],
    affects: item.affects,
    ...(item.involvement !== undefined && { involvement: item.involvement }),
    ...(item.target !== undefined && { target: item.target }),
    ...(item.parameters !== undefined && { parameters: item.parameters }),
  };
}

/**
 * @param targets how many nodes there are
 * @throws {ScenariosError} `plan` for a chain that nodes would refuse in its middle
 */
export function timetable(plan: Plan, targets: number): Timetable {
  const random = randomFrom(plan.seed);
  const items: (Item | ChainItem)[] = [
    ...plan.scenarios.map((item) => ({ ...item, scenario: scenarioOf(item.name) })),
    ...plan.chains.map((item) => ({ ...item, scenario: { role: 'attack' as const } })),
  ];
  const rate = plan.background.requestsPerSecond;
  const drawRate = () => rounded(drawn(rate, random), rate, 0.1);
  const entries: Entry[] = [];
  const chains = new Map<string, number>();
  let episodes = 0;
  let atMs = 0;
  const add = (entry: DistributiveOmit<Entry, 'atMs'>) => {
    entries.push({ atMs, ...entry });
    atMs += entry.durationMs;
  };
  for (const item of inOrder(items, random)) {
    const requestsPerSecond = drawRate();
    add({ kind: 'normal', durationMs: drawnMs(plan.normal, random), requestsPerSecond });
    if ('stages' in item) {
      const stages = plannedStages(item, scenarioOf, { targets, first: episodes + 1, random });
      const repetition = (chains.get(item.name) ?? 0) + 1;
      chains.set(item.name, repetition);
      const name = `${item.name}-${repetition}`;
      add({ kind: 'chain', name, stages, durationMs: chainMs(stages), requestsPerSecond });
      episodes += stages.length;
    } else {
      episodes++;
      add({ ...episodeOf(item, episodes, targets, random), requestsPerSecond });
    }
    add({ kind: 'recovery', durationMs: plan.recovery, requestsPerSecond });
  }
  add({ kind: 'normal', durationMs: drawnMs(plan.normal, random), requestsPerSecond: drawRate() });
  return { entries, episodes, totalMs: atMs };
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const whenOf = (atMs: number, durationMs: number) =>
  `${formatDuration(atMs).padStart(10)}  ${formatDuration(durationMs).padEnd(8)}`;

function placeOf(
  { targets, target, intensity }: Pick<PlannedEpisode, 'targets' | 'target' | 'intensity'>,
  nodes: readonly string[],
): string {
  const place = targets.map((at) => nodes[at]).join(', ');
  const against = target === undefined ? '' : `  against ${target}`;
  return `intensity ${intensity.toFixed(2)}  on ${place}${against}`;
}

function entryLines(entry: Entry, nodes: readonly string[]): string[] {
  const when = whenOf(entry.atMs, entry.durationMs);
  const load = `background ${entry.requestsPerSecond.toFixed(1)}/s`;
  if (entry.kind === 'episode') {
    const { name, role } = entry.scenario;
    return [`${when}  ${name.padEnd(24)}  ${role.padEnd(6)}  ${placeOf(entry, nodes)}`];
  }
  if (entry.kind !== 'chain') return [`${when}  ${entry.kind.padEnd(24)}  ${load}`];
  const stages = entry.stages.map((one) => {
    const what = `${one.stage}: ${one.scenario.name}`;
    return `${whenOf(entry.atMs + one.atMs, one.durationMs)}    ${what.padEnd(30)}  ${placeOf(one, nodes)}`;
  });
  return [`${when}  chain ${entry.name.padEnd(18)}  ${load}`, ...stages];
}

/** The timetable as lines for people. @param nodes what the targets are called */
export function timetableLines(plan: Plan, table: Timetable, nodes: readonly string[]): string[] {
  const { entries, episodes, totalMs } = table;
  return [
    `campaign ${plan.name}, seed ${plan.seed}: ${episodes} episodes on ${nodes.join(', ')} in ${formatDuration(totalMs)}`,
    ...entries.flatMap((entry) => entryLines(entry, nodes)),
  ];
}
