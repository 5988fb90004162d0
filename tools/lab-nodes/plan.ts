/** What is done on each node of the lab, and in which order; all of it drawn by the seed. */
import { randomFrom } from '../../common/random.ts';
import { shuffled } from '../../scenarios/campaign/draw.ts';

/**
 * attacked: has attacks and benign workloads, and is learned from or held out; calibration: attack-free, what is usual is learned of it and
 * scores are held against its rows; alarms: attack-free and held out, false alarms are counted there.
 */
type NodeRole = 'attacked' | 'calibration' | 'alarms';

export interface LabNode {
  /** As Prometheus has it, such as `attacked-6.1`. */
  readonly name: string;
  readonly kernel: string;
  readonly role: NodeRole;
}

export interface PlannedEpisode {
  readonly kind: 'episode';
  /** Unlike that of every other, on all nodes. */
  readonly name: string;
  readonly scenario: string;
  readonly durationMs: number;
  readonly intensity: number;
  /** Afterwards, before the next one. */
  readonly gapMs: number;
}

/** Time in which nothing is done but ordinary use. */
interface QuietTime {
  readonly kind: 'quiet';
  readonly durationMs: number;
  /** From here on rows are for validation. */
  readonly beginsValidation?: true;
}

export type Item = PlannedEpisode | QuietTime;

/** What of the campaign can be chosen. */
export interface Wishes {
  readonly seed: number;
  readonly repetitions: number;
  readonly durationMs: number;
  readonly gapMs: number;
  readonly quietMs: number;
}

/** Scenarios that a node does. */
export interface Repertoire {
  readonly attacks: readonly string[];
  readonly benign: readonly string[];
}

/** The least of what a scenario may use, where the most is 1. */
const LEAST_INTENSITY = 0.5;
/** Of the episodes of a node that is learned from: the last of them are for validation. */
const VALIDATION_SHARE = 0.25;
/** On a node without attacks benign workloads come this much more seldom. */
const CALMER = 3;

function randomOf(seed: number, node: string): () => number {
  const hash = [...node].reduce((sum, char) => Math.imul(sum, 31) + char.charCodeAt(0), seed);
  return randomFrom(hash);
}

/** Nodes for kernels, of which some may come several times. */
export function nodesOf(attacked: readonly string[], attackFree: readonly string[]): LabNode[] {
  const roles: readonly [NodeRole, readonly string[]][] = [
    ['attacked', attacked],
    ['calibration', attackFree.slice(0, 1)],
    ['alarms', attackFree.slice(1)],
  ];
  return roles.flatMap(([role, kernels]) =>
    kernels.map((kernel, i): LabNode => {
      const before = kernels.slice(0, i).filter((other) => other === kernel).length;
      return { name: `${role}-${kernel}${before === 0 ? '' : `-${before + 1}`}`, kernel, role };
    }),
  );
}

export const lengthOf = (items: readonly Item[]) =>
  items.reduce((sum, item) => sum + item.durationMs + (item.kind === 'episode' ? item.gapMs : 0), 0);

type Draft = Omit<PlannedEpisode, 'name' | 'gapMs'>;

function draft(scenario: string, { durationMs }: Wishes, random: () => number): Draft {
  const intensity = LEAST_INTENSITY + (1 - LEAST_INTENSITY) * random();
  return { kind: 'episode', scenario, durationMs, intensity: Math.round(intensity * 100) / 100 };
}

function named(drafts: readonly Draft[], node: string, { seed }: Wishes, gapMs: number): PlannedEpisode[] {
  return drafts.map((one, i) => ({
    ...one,
    gapMs,
    name: `lab-${seed}-${node}-${String(i + 1).padStart(3, '0')}`,
  }));
}

/** Round after round, in each every scenario once in an order of its own, with time without attacks before those for learning and those for validation. */
function attackedPlan(node: string, { attacks, benign }: Repertoire, wishes: Wishes): Item[] {
  const random = randomOf(wishes.seed, node);
  const rounds = Array.from({ length: wishes.repetitions }, () =>
    shuffled([...attacks, ...benign], random).map((scenario) => draft(scenario, wishes, random)),
  );
  const episodes = named(rounds.flat(), node, wishes, wishes.gapMs);
  const learned = episodes.length - Math.ceil(VALIDATION_SHARE * episodes.length);
  const quiet = { kind: 'quiet', durationMs: wishes.quietMs } as const;
  return [
    ...[quiet, ...episodes.slice(0, learned)],
    ...[{ ...quiet, beginsValidation: true } as const, ...episodes.slice(learned)],
  ];
}

/** Benign workloads alone, for about as long as the attacks take. */
function calmPlan(node: string, { benign }: Repertoire, wishes: Wishes, totalMs: number): Item[] {
  const random = randomOf(wishes.seed, node);
  const gapMs = CALMER * (wishes.durationMs + wishes.gapMs) - wishes.durationMs;
  const quiet = { kind: 'quiet', durationMs: wishes.quietMs } as const;
  if (benign.length === 0) return [{ ...quiet, durationMs: totalMs }];
  const count = Math.max(1, Math.floor((totalMs - wishes.quietMs) / (wishes.durationMs + gapMs)));
  const rounds = Array.from({ length: Math.ceil(count / benign.length) }, () => shuffled(benign, random));
  const drafts = rounds
    .flat()
    .slice(0, count)
    .map((scenario) => draft(scenario, wishes, random));
  return [quiet, ...named(drafts, node, wishes, gapMs)];
}

/** What each node does, beside the others, by name. */
export function planOf(
  nodes: readonly LabNode[],
  repertoire: Repertoire,
  wishes: Wishes,
): Map<string, readonly Item[]> {
  const attacked = nodes
    .filter(({ role }) => role === 'attacked')
    .map(({ name }) => [name, attackedPlan(name, repertoire, wishes)] as const);
  const totalMs = Math.max(0, ...attacked.map(([, items]) => lengthOf(items)));
  const calm = nodes
    .filter(({ role }) => role !== 'attacked')
    .map(({ name }) => [name, calmPlan(name, repertoire, wishes, totalMs)] as const);
  return new Map([...attacked, ...calm]);
}
