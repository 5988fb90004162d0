/** Attacks of several stages: when each of their episodes is to begin, on which nodes. */
import { formatDuration } from '../../common/duration.ts';
import { UNDO_MS } from '../ground-truth/episode.ts';
import { ScenariosError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { drawn, drawnMs, type Random, rounded, shuffled } from './draw.ts';
import type { Plan } from './plan-schema.ts';
import type { EpisodeRequest } from './target.ts';

/** As many as a service has on at a time unless it is told otherwise. */
export const MOST_AT_ONCE = 4;

type PlanChain = Plan['chains'][number];
type PlanStage = PlanChain['stages'][number];

/** An episode of a stage. */
export interface PlannedStage extends EpisodeRequest {
  readonly stage: string;
  /** Among all episodes of the campaign, from 1. */
  readonly number: number;
  /** Since the chain's start, if nothing takes longer than planned. */
  readonly atMs: number;
  /** The place of the one that has to be over first, whatever the time; undefined where the time alone decides. */
  readonly after: number | undefined;
  /** How long after that one is over, at least. */
  readonly pauseMs: number;
  /** Places among the plan's targets. */
  readonly targets: readonly number[];
}

const endOf = ({ atMs, durationMs }: PlannedStage) => atMs + durationMs;

function placesOf({ on }: PlanStage, order: readonly number[], chain: string): readonly number[] {
  if (on === 'all') return [...order].sort((a, b) => a - b);
  const place = order[on - 1];
  if (place !== undefined) return [place];
  throw new ScenariosError(
    'plan',
    `chains: ${chain} has a stage on node ${on}, and the plan has ${order.length} targets: add targets, or say on: 1`,
  );
}

/** Places of those that are over before one begins, whatever takes longer than planned. */
function before(stages: readonly PlannedStage[], { after }: PlannedStage): Set<number> {
  const places = new Set<number>();
  for (let at = after; at !== undefined; at = stages[at]?.after) places.add(at);
  return places;
}

/** Refuses what a node would refuse in the middle of the campaign. */
function check(chain: string, stages: readonly PlannedStage[]): void {
  stages.forEach((one, i) => {
    const meets = (other: PlannedStage) =>
      other.targets.some((target) => one.targets.includes(target)) &&
      other.atMs <= one.atMs &&
      endOf(other) + UNDO_MS > one.atMs;
    const over = before(stages, one);
    const others = stages.filter((other, j) => j !== i && !over.has(j) && meets(other));
    const twice = others.find(({ scenario }) => scenario === one.scenario);
    if (twice !== undefined)
      throw new ScenariosError(
        'plan',
        `chains: ${chain}: ${one.scenario.name} of stage ${one.stage} would begin ${formatDuration(one.atMs)} after the chain, when that of stage ${twice.stage} may still be on: a node has each scenario once at a time`,
      );
    if (others.length >= MOST_AT_ONCE)
      throw new ScenariosError(
        'plan',
        `chains: ${chain}: more than ${MOST_AT_ONCE} stages would be on at once ${formatDuration(one.atMs)} after its start`,
      );
  });
}

/**
 * Draws a chain's episodes. Its nodes are the targets in random order, so that `on: 1` is where the attack begins, and 2 the next.
 *
 * @param first number of its first episode
 * @throws {ScenariosError} `plan`
 */
export function plannedStages(
  { name, stages }: PlanChain,
  scenarioOf: (name: string) => Scenario,
  { targets, first, random }: { readonly targets: number; readonly first: number; readonly random: Random },
): PlannedStage[] {
  const order = shuffled(
    Array.from({ length: targets }, (_, i) => i),
    random,
  );
  const planned: PlannedStage[] = [];
  let overMs = 0;
  for (const [i, stage] of stages.entries()) {
    const places = placesOf(stage, order, name);
    const { at } = stage;
    const pauseMs = at === undefined && i > 0 ? drawnMs(stage.pause, random) : 0;
    let atMs = at === undefined ? overMs + pauseMs : drawnMs(at, random);
    for (let repetition = 0; repetition < stage.repetitions; repetition++) {
      const last = planned.length - 1;
      const waits = repetition > 0 || (at === undefined && last >= 0);
      const one: PlannedStage = {
        stage: stage.stage,
        number: first + planned.length,
        scenario: scenarioOf(stage.scenario),
        atMs,
        after: waits ? last : undefined,
        pauseMs: repetition === 0 ? pauseMs : 0,
        durationMs: drawnMs(stage.duration, random),
        intensity: rounded(drawn(stage.intensity, random), stage.intensity, 0.01),
        targets: places,
        affects: stage.affects,
        ...(stage.involvement !== undefined && { involvement: stage.involvement }),
        ...(stage.target !== undefined && { target: stage.target }),
        ...(stage.parameters !== undefined && { parameters: stage.parameters }),
      };
      planned.push(one);
      overMs = endOf(one);
      if (stage.every !== undefined) atMs = Math.max(overMs, atMs + drawnMs(stage.every, random));
    }
  }
  check(name, planned);
  return planned;
}

/** How long a chain lasts if nothing takes longer than planned. */
export function chainMs(stages: readonly PlannedStage[]): number {
  return stages.reduce((most, stage) => Math.max(most, endOf(stage)), 0);
}
