/** Ways to score rows: the detector, its parts and what a detector has to beat. */
import { type Matrix, pickedRows } from '../../learning/base/matrix.ts';
import type { Scores } from '../../learning/measures/alarms.ts';
import { logisticProbabilities, trainLogistic } from '../../learning/models/logistic.ts';
import { notNormal } from '../calibration/parts.ts';
import type { Detector, Judgement } from '../candidate/detector.ts';
import type { Candidate } from '../candidate/read.ts';
import { growIsolationForest, isolationScores } from '../models/isolation-forest.ts';
import { type Novelty, noveltyErrorsOf } from '../models/novelty.ts';
import { fitNovelties } from '../training/novelty.ts';
import { type NodeInputs, spread } from './inputs.ts';
import { type Material, summaries } from './relearn.ts';

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
const NOVELTY: Readonly<Record<Novelty['kind'], string>> = {
  pca: 'principal components',
  autoencoder: 'autoencoder',
};

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
      scores: each((_, i) => judged[i]?.scored.scores() ?? []),
    },
    { name: TREES, scores: each((_, i) => parts[i]?.classifier ?? []), probabilities },
    {
      name: NETWORK,
      scores: each((_, i) => notNormal(challenged[i] as Matrix)),
      probabilities: challenged,
    },
    { name: NOVELTY[model.models.novelty.kind], scores: each((_, i) => parts[i]?.novelty ?? []) },
    ...(model.rules.length > 0
      ? [{ name: 'rules alone', scores: each((_, i) => parts[i]?.rules ?? []) }]
      : []),
    { name: 'robust z', scores: each(({ features }) => robustZ(features, plan.columns.length)) },
  ];
}

/** Methods that must be learned first; that of the two for novelty which the candidate does not hold is among them. */
export async function learnedMethods(
  { train, normal, validation }: Material,
  { model, plan }: Candidate,
  nodes: readonly NodeInputs[],
  seed: number,
): Promise<Method[]> {
  const line = trainLogistic(summaries(train), summaries(validation), model.classes.length, seed);
  const probabilities = nodes.map(({ features }) => logisticProbabilities(line, features));
  const forest = growIsolationForest(pickedRows(train.features, normal.all), seed);
  const novelties = await fitNovelties(train.features, normal, plan.columns, model.seed);
  const other = model.models.novelty.kind === 'pca' ? novelties.autoencoder : novelties.pca;
  const errorsOf = noveltyErrorsOf(other);
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
    { name: NOVELTY[other.kind], scores: nodes.map((node) => spread(node, errorsOf(node.features).values)) },
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
