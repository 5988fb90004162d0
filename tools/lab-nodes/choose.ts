/** Which scenarios guests can do: each guest is asked, and what it refuses is told in its own words. */
import type { Target } from '../../scenarios/campaign/target.ts';
import type { Scenario } from '../../scenarios/scenario/scenario.ts';
import type { Repertoire } from './plan.ts';

export interface Choice {
  readonly chosen: Repertoire;
  /** By scenario, why it is not done. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** Of scenarios that guests would do and nobody asked for. */
export const NOT_CHOSEN = 'not among --scenarios';

/** Why a guest would not do a scenario; undefined when it would. */
async function refusalOf(
  target: Target,
  scenario: Scenario,
  durationMs: number,
): Promise<string | undefined> {
  try {
    await target.check({ scenario, durationMs, intensity: 1, affects: [] });
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    // The address is this run's, and says nothing to a reader.
    return message.replace(/^http:\S+ refuses POST \S+: /, '');
  }
}

/**
 * The scenarios that all guests would do.
 *
 * @param only those that are wanted; all of them when it is null
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
