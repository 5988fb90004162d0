/** Whether a model may raise alarms, and which of its classifiers decides: a rule that is written down with its verdict. */

import { DETECTOR, NETWORK, TREES } from '../evaluation/methods.ts';
import { upperBound } from '../evaluation/poisson.ts';
import type { Grounds } from './grounds.ts';

/** How much of a class's recall the network may lose, at most. */
const MOST_LOST = 0.05;
const CONFIDENCE = 0.95;

/** What became of one condition. */
interface Condition {
  readonly holds: boolean;
  /** One sentence with the figures that it was decided by. */
  readonly reason: string;
}

export interface Verdict {
  /** False alarms per node and day that were asked for. */
  readonly budget: number;
  /** Whether the data can carry the budget; without it nothing is promoted. */
  readonly carries: Condition;
  /** Which classifier is to decide. */
  readonly decider: 'trees' | 'network';
  /** Why the network is to decide, or is not. */
  readonly network: readonly Condition[];
}

const figure = (value: number) => value.toFixed(2);
const days = (value: number) => value.toFixed(1);

/**
 * Whether so few false alarms can be promised: with 95 % confidence the rate is below the budget.
 *
 * @param budget false alarms per node and day
 * @internal exported for its own tests
 */
export function carriesBudget({ alarms, nodeDays }: Grounds['falseAlarms'], budget: number): Condition {
  const needed = upperBound(alarms, CONFIDENCE) / budget;
  const seen = alarms === 0 ? '' : `, with ${alarms} false alarms in them`;
  return {
    holds: nodeDays >= needed,
    reason: `${budget} per node-day needs ${days(needed)} attack-free node-days; there are ${days(nodeDays)}${seen}`,
  };
}

type Method = Grounds['methods'][number];

/** The method that finds most, of those that the network has to beat. */
function bestBaseline({ methods }: Grounds): Method | undefined {
  const recall = ({ attacks }: Method) => attacks?.recall ?? 0;
  return methods
    .filter(({ name, attacks }) => name !== NETWORK && name !== DETECTOR && attacks !== null)
    .reduce<Method | undefined>(
      (best, own) => (best === undefined || recall(own) > recall(best) ? own : best),
      undefined,
    );
}

function findsMore(evaluation: Grounds): Condition {
  const best = bestBaseline(evaluation);
  const advantage = best && evaluation.networkAdvantage[best.name];
  if (best === undefined || advantage === undefined)
    return { holds: false, reason: 'nothing could be compared at equal false alarms' };
  const [low, high] = advantage.interval;
  return {
    holds: low > 0,
    reason: `the network's recall less that of the best baseline, ${best.name}: ${figure(advantage.mean)} (95 %: ${figure(low)} to ${figure(high)}); the lower bound must be above 0`,
  };
}

const recallOf = (byClass: NonNullable<Method['byClass']>, label: string) => byClass[label]?.recall ?? 0;

/** Classes of which the network finds less than the trees do by more than is allowed. */
function losesNoClass({ methods }: Grounds): Condition {
  const [network, trees] = [NETWORK, TREES].map((name) => methods.find((own) => own.name === name)?.byClass);
  if (!network || !trees) return { holds: false, reason: 'no class could be compared at equal false alarms' };
  const lost = Object.keys(trees).filter(
    (label) => recallOf(trees, label) - recallOf(network, label) > MOST_LOST,
  );
  return {
    holds: lost.length === 0,
    reason:
      lost.length === 0
        ? `no class loses more than ${figure(MOST_LOST)} of its recall`
        : `the network finds less of ${lost.join(', ')} than the trees do, by more than ${figure(MOST_LOST)}`,
  };
}

/** Decides by an evaluation. */
export function decide(evaluation: Grounds, budget: number): Verdict {
  const network = [findsMore(evaluation), losesNoClass(evaluation)];
  return {
    budget,
    carries: carriesBudget(evaluation.falseAlarms, budget),
    decider: network.every(({ holds }) => holds) ? 'network' : 'trees',
    network,
  };
}
