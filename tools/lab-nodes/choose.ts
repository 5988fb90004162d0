/** Which scenarios guests can do: each guest is asked, and what it refuses is told in its own words. */
import type { Target } from '../../scenarios/campaign/target.ts';
import { ScenariosError } from '../../scenarios/scenario/errors.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import type { Repertoire } from './plan.ts';

export interface Choice {
  readonly chosen: Repertoire;
  /** By scenario, why it is not done. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** Of scenarios that guests would do and nobody asked for. */
export const NOT_CHOSEN = 'not among --scenarios';

/** A guest without a CPU to itself may take longer to answer than its service is given. */
const TRIES = 5;

/**
 * Why a guest would not do a scenario; undefined when it would.
 *
 * @throws {ScenariosError} `unreachable` when it does not answer: then it has refused nothing
 */
async function refusalOf(
  target: Target,
  scenario: Scenario,
  durationMs: number,
  tries = TRIES,
): Promise<string | undefined> {
  try {
    await target.check({ scenario, durationMs, intensity: 1, affects: [] });
    return undefined;
  } catch (error) {
    if (!(error instanceof ScenariosError)) throw error;
    // The address is this run's, and is nothing to a reader.
    if (error.code === 'refused') return error.message.replace(/^http:\S+ refuses POST \S+: /, '');
    if (tries === 1) throw error;
    return refusalOf(target, scenario, durationMs, tries - 1);
  }
}

/**
 * The scenarios that all guests would do.
 *
 * @param only those that are wanted; all of them when it is null
 * @throws {ScenariosError} `unreachable`
 */
export async function choose(
  scenarios: readonly Scenario[],
  targets: readonly Target[],
  durationMs: number,
  only: readonly string[] | null,
): Promise<Choice> {
  const leftOut: Record<string, string> = {};
  const chosen: Scenario[] = [];
  for (const scenario of scenarios) {
    const refusals = await Promise.all(
      targets.map(async (target) => ({
        node: target.node,
        refusal: await refusalOf(target, scenario, durationMs),
      })),
    );
    const refused = refusals.find(({ refusal }) => refusal !== undefined);
    if (refused?.refusal !== undefined) {
      const isAll = refusals.every(({ refusal }) => refusal !== undefined);
      leftOut[scenario.name] = isAll ? refused.refusal : `${refused.node}: ${refused.refusal}`;
    } else if (only !== null && !only.includes(scenario.name)) leftOut[scenario.name] = NOT_CHOSEN;
    else chosen.push(scenario);
  }
  const names = (wanted: Scenario['role']) =>
    chosen.filter(({ role }) => role === wanted).map(({ name }) => name);
  return { chosen: { attacks: names('attack'), benign: names('benign') }, leftOut };
}
