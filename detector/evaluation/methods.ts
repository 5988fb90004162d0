/** Ways to score rows: the detector, its parts and what a detector has to beat. */
import type { Matrix } from '../../learning/base/matrix.ts';
import type { Scores } from '../../learning/measures/alarms.ts';
import { logisticProbabilities, trainLogistic } from '../../learning/models/logistic.ts';
import { notNormal } from '../calibration/parts.ts';
import type { Detector, Judgement } from '../candidate/detector.ts';
import { growIsolationForest, isolationScores } from '../models/isolation-forest.ts';
import { type NodeInputs, spread } from './inputs.ts';
import { type Material, normalRows, summaries } from './relearn.ts';

/** A way to score rows. */
export interface Method {
  readonly name: string;
  /** By node. */
  readonly scores: readonly Scores[];
  /** Probabilities of the model's classes, by node and scored row; only of those that tell classes. */
  readonly probabilities?: readonly Matrix[];
}

/** The network as it stands in the candidate. */
export const NETWORK = 'network';
/** The combination that raises alarms. */
export const DETECTOR = 'detector';
export const TREES = 'boosted trees';

/** The largest distance of any column from its usual value, in robust standard deviations. */
function robustZ({ rows, columns, values }: Matrix, count: number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => {
    let most = 0;
    for (let column = 0; column < count; column++) {
      const away = Math.abs(values[row * columns + column] as number);
      if (away > most) most = away;
    }
    return most;
  });
}

/** Methods that a candidate holds, and two that need none. */
export async function ownMethods(detector: Detector, nodes: readonly NodeInputs[]): Promise<Method[]> {
  const { plan, model } = detector.candidate;
  const judged: Judgement[] = [];
  const challenged: Matrix[] = [];
  for (const node of nodes) {
    judged.push(await detector.judge(node));
    challenged.push(await detector.challenge(node.windows));
  }
  const each = (of: (node: NodeInputs, i: number) => ArrayLike<number>) =>
    nodes.map((node, i) => spread(node, of(node, i)));
  const parts = judged.map((own) => own.parts);
  const probabilities = judged.map((own) => own.probabilities);
  return [
    {
      name: DETECTOR,
      scores: each((_, i) => judged[i]?.scored.map(({ score }) => score) ?? []),
    },
    { name: TREES, scores: each((_, i) => parts[i]?.classifier ?? []), probabilities },
    {
      name: NETWORK,
      scores: each((_, i) => notNormal(challenged[i] as Matrix)),
      probabilities: challenged,
    },
    { name: 'principal components', scores: each((_, i) => parts[i]?.novelty ?? []) },
    ...(model.rules.length > 0
      ? [{ name: 'rules alone', scores: each((_, i) => parts[i]?.rules ?? []) }]
      : []),
    { name: 'robust z', scores: each(({ features }) => robustZ(features, plan.columns.length)) },
  ];
}

/** Methods that must be learned first. */
export function learnedMethods(
  { train, validation }: Material,
  classes: number,
  nodes: readonly NodeInputs[],
  seed: number,
): Method[] {
  const line = trainLogistic(summaries(train), summaries(validation), classes, seed);
  const probabilities = nodes.map(({ features }) => logisticProbabilities(line, features));
  const forest = growIsolationForest(normalRows(train), seed);
  return [
    {
      name: 'logistic regression',
      scores: nodes.map((node, i) => spread(node, notNormal(probabilities[i] as Matrix))),
      probabilities,
    },
    {
      name: 'isolation forest',
      scores: nodes.map((node) => spread(node, isolationScores(forest, node.features))),
    },
  ];
}

/** A classifier that was learned again, as a method. */
export function treesMethod(
  name: string,
  probabilitiesOf: (inputs: Matrix) => Matrix,
  nodes: readonly NodeInputs[],
): Method {
  const probabilities = nodes.map(({ features }) => probabilitiesOf(features));
  return {
    name,
    scores: nodes.map((node, i) => spread(node, notNormal(probabilities[i] as Matrix))),
    probabilities,
  };
}
