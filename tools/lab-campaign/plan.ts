/** Which scenarios are on together, where, how hard and how long, so that a split by episode has each of them in each part. */
import { randomFrom } from '../../common/random.ts';
import { Apportionment } from '../../dataset/episodes/apportion.ts';
import { PARTS, type Part } from '../../dataset/model/rows.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import { isHungry, shuffled } from '../../test/scenarios/support/batches.ts';
import type { Turn } from '../../test/scenarios/support/campaign.ts';

/** A third of each scenario's episodes is for each part: of three there is one each. */
export const FRACTIONS: readonly [number, number, number] = [0.34, 0.33, 0.33];
/** What the dataset's split is drawn by. */
export const SPLIT_SEED = 'lab';
/** @internal exported for its own tests */
export const INTENSITIES = [0.3, 0.6, 1] as const;
/** Pods that nothing is done in at a time, so that there is something to tell attacks from. */
const CALM_PODS = 2;
const EPISODE_MS = [30_000, 36_000] as const;
/** Longer than an attack is remembered by the features of rows after it, and the embargo after that. */
const NORMAL_MS = [14_000, 20_000] as const;

/** Turns that begin together, and the normal time after them. */
export interface Batch {
  readonly seed: number;
  readonly turns: readonly Turn[];
  readonly normalMs: number;
}

const within = ([least, most]: readonly [number, number], random: () => number) =>
  Math.round(least + (most - least) * random());

/** Deals scenarios to as few batches as can be. Those that take what they can get of the machine come first, and so into different ones. */
function dealt(scenarios: readonly Scenario[], most: number, random: () => number): Scenario[][] {
  const hungry = scenarios.filter(isHungry);
  const others = scenarios.filter((one) => !isHungry(one));
  const count = Math.max(hungry.length, Math.ceil(scenarios.length / most));
  const batches = Array.from({ length: count }, (): Scenario[] => []);
  for (const [i, one] of [...shuffled(hungry, random), ...shuffled(others, random)].entries())
    batches[i % count]?.push(one);
  return batches;
}

/** What a split stratified by scenario and role calls a scenario's stratum. */
const stratumOf = ({ name, role }: Scenario) => `${name}\0${role}`;

/**
 * A campaign in which each seed has every scenario once, in an order and in a company of its own.
 *
 * Episodes that are on together are in the same part of a split. So only scenarios come together whose next episodes would be given the same part if
 * each were alone: as a split by episode apportions them, which is stratified by scenario and role.
 *
 * @param pods how many there are
 */
export function planOf(scenarios: readonly Scenario[], seeds: readonly number[], pods: number): Batch[] {
  if (pods <= CALM_PODS) throw new RangeError(`${pods} pods: there must be more than ${CALM_PODS}`);
  const apportionment = new Apportionment<Part>(
    PARTS.map((part, i) => ({ part, share: FRACTIONS[i] as number })),
    SPLIT_SEED,
  );
  const levels = new Map(
    scenarios.map((one, i) => [one.name, shuffled(INTENSITIES, randomFrom(i))] as const),
  );
  return seeds.flatMap((seed, pass) => {
    const random = randomFrom(seed);
    const turn = (scenario: Scenario, pod: number): Turn => ({
      scenario,
      pod,
      intensity: levels.get(scenario.name)?.[pass % INTENSITIES.length] ?? 1,
      durationMs: within(EPISODE_MS, random),
    });
    const next = scenarios.map((one) => ({ one, part: apportionment.next(stratumOf(one)) }));
    const batches = PARTS.flatMap((part) => {
      const own = next.filter((other) => other.part === part).map(({ one }) => one);
      for (const one of own) apportionment.give(stratumOf(one), part);
      return dealt(own, pods - CALM_PODS, random);
    });
    return shuffled(batches, random).map((batch): Batch => {
      const places = shuffled(
        Array.from({ length: pods }, (_, i) => i),
        random,
      );
      return {
        seed,
        turns: batch.map((scenario, i) => turn(scenario, places[i] as number)),
        normalMs: within(NORMAL_MS, random),
      };
    });
  });
}
