/** What is told by learning again: how much chance decides, whether the figures can be believed, and attacks that nobody has seen. */
import { randomFrom } from '../../common/random.ts';
import { type Matrix, pickedRows } from '../../learning/base/matrix.ts';
import type { Examples } from '../../learning/models/examples.ts';
import { notNormal } from '../calibration/parts.ts';
import { windowShape } from '../features/plan.ts';
import { descentRules } from '../models/network/descent.ts';
import { networkProbabilities } from '../models/network/network.ts';
import { NETWORK_PACE, trainNetwork } from '../models/network/train.ts';
import { classScores } from '../training/f1.ts';
import { type Answers, macroF1 } from './classes.ts';
import { type Exam, findingsAt } from './exam.ts';
import { inputsOf, type NodeInputs, spread } from './inputs.ts';
import { NETWORK, TREES, treesMethod } from './methods.ts';
import { recallOf } from './recalls.ts';
import {
  fleetPast,
  learnTrees,
  type Material,
  materialOf,
  NORMAL_CLASS,
  type PlacedSeries,
  shuffled,
  summaries,
  windowsOf,
  withoutClass,
} from './relearn.ts';
import type { Evaluation, Recall, Spread } from './result.ts';

type Relearned = NonNullable<Evaluation['relearned']>;

function spreadOf(values: readonly number[]): Spread {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    least: Math.min(...values),
    most: Math.max(...values),
  };
}

/** How much it depends on chance: models of the same kind with other seeds. */
async function bySeed(
  exam: Exam,
  { train, validation }: Material,
  answers: readonly Answers[],
  allowed: number | undefined,
  seeds: readonly number[],
  told: (what: string) => void,
): Promise<Relearned['bySeed']> {
  const { model, plan } = exam.detector.candidate;
  const count = model.classes.length;
  const results: Record<string, { f1: number[]; recall: number[] }> = {};
  const note = (name: string, probabilities: readonly Matrix[], recall: number | null | undefined) => {
    results[name] ??= { f1: [], recall: [] };
    results[name].f1.push(macroF1(probabilities, answers, model.classes));
    if (recall != null) results[name].recall.push(recall);
  };
  for (const seed of seeds) {
    const trees = treesMethod(
      TREES,
      learnTrees(summaries(train), summaries(validation), count, seed),
      exam.nodes,
    );
    const recallAt = (scores: (typeof trees)['scores']) => {
      const own = findingsAt({ scores }, exam, allowed);
      return own && recallOf(own.findings, exam.seed).recall;
    };
    note(TREES, trees.probabilities ?? [], recallAt(trees.scores));
    const { network } = await trainNetwork(
      model.models.challenger.kind,
      windowShape(plan),
      windowsOf(train),
      windowsOf(validation),
      count,
      descentRules(NETWORK_PACE, train.classes.length, seed),
    );
    const said = exam.nodes.map(({ windows }) => networkProbabilities(network, windows));
    const scores = exam.nodes.map((node, i) => spread(node, notNormal(said[i] as Matrix)));
    note(NETWORK, said, recallAt(scores));
    told(`models of seed ${seed}`);
  }
  return Object.fromEntries(
    Object.entries(results).map(([name, { f1, recall }]) => [
      name,
      { macroF1: spreadOf(f1), attackRecall: recall.length === 0 ? null : spreadOf(recall) },
    ]),
  );
}

/** The answers of all nodes with their features. */
function examplesOf(nodes: readonly NodeInputs[], answers: readonly Answers[]): Examples {
  const picked = nodes.map(({ features }, i) => pickedRows(features, answers[i]?.rows ?? []));
  const columns = picked[0]?.columns ?? 0;
  const rows = picked.reduce((sum, own) => sum + own.rows, 0);
  const values = new Float32Array(rows * columns);
  let at = 0;
  for (const own of picked) {
    values.set(own.values, at);
    at += own.values.length;
  }
  return {
    inputs: { rows, columns, values },
    classes: Uint16Array.from(answers.flatMap((own) => Array.from(own.classes))),
  };
}

function halves({ inputs, classes }: Examples, seed: number): [Examples, Examples] {
  const random = randomFrom(seed);
  const first = Array.from(classes, () => random() < 0.5);
  return [true, false].map((wanted) => {
    const rows = [...classes.keys()].filter((row) => first[row] === wanted);
    return {
      inputs: pickedRows(inputs, rows),
      classes: Uint16Array.from(rows, (row) => classes[row] as number),
    };
  }) as [Examples, Examples];
}

function meanF1(probabilities: Matrix, classes: Uint16Array): number {
  const there = classScores(probabilities, classes).filter(({ rows }) => rows > 0);
  return there.length === 0 ? 0 : there.reduce((sum, { f1 }) => sum + f1, 0) / there.length;
}

/** Whether the figures can be believed: what nothing, too much and less knowledge come to. */
function controls(
  exam: Exam,
  material: Material,
  own: readonly PlacedSeries[],
  answers: readonly Answers[],
): Relearned['controls'] {
  const { detector, seed, all, placed, nodes } = exam;
  const { model, plan } = detector.candidate;
  const count = model.classes.length;
  const [train, validation] = [summaries(material.train), summaries(material.validation)];
  const f1Of = (
    probabilitiesOf: (inputs: Matrix) => Matrix,
    inputs: readonly NodeInputs[],
    right = answers,
  ) =>
    macroF1(
      inputs.map(({ features }) => probabilitiesOf(features)),
      right,
      model.classes,
    );
  const guess = (inputs: Matrix): Matrix => {
    const values = new Float32Array(inputs.rows * count);
    for (let row = 0; row < inputs.rows; row++) values[row * count + NORMAL_CLASS] = 1;
    return { rows: inputs.rows, columns: count, values };
  };
  const [one, other] = halves(examplesOf(nodes, answers), seed);
  const makePast = fleetPast(own, plan.columns.length);
  const fleet = materialOf(own, detector.candidate, makePast);
  const fleetInputs = all.map((series, i) => inputsOf(series, placed[i]?.kept ?? [], plan, { makePast }));
  const learn = (examples: Examples, others: Examples) => learnTrees(examples, others, count, seed);
  return {
    shuffledLabels: f1Of(learn(shuffled(train, seed), shuffled(validation, seed + 1)), nodes),
    guessing: f1Of(guess, nodes),
    randomSplit: meanF1(learn(one, other)(other.inputs), other.classes),
    globalNormaliser: f1Of(learn(summaries(fleet.train), summaries(fleet.validation)), fleetInputs),
    honest: f1Of(learn(train, validation), nodes),
  };
}

/** Attacks of a class that the trees have never seen, told from normal by being like some other attack. */
function leftOut(exam: Exam, material: Material, allowed: number | undefined, told: (what: string) => void) {
  const { model } = exam.detector.candidate;
  const result: Record<string, Recall> = {};
  if (model.classes.length < 3) return result;
  model.classes.forEach((label, number) => {
    const events = exam.attacks.filter((event) => event.label === label);
    if (number === NORMAL_CLASS || events.length === 0) return;
    const [train, validation] = [material.train, material.validation].map((own) =>
      withoutClass(summaries(own), number),
    ) as [Examples, Examples];
    const trees = treesMethod(
      label,
      learnTrees(train, validation, model.classes.length - 1, exam.seed),
      exam.nodes,
    );
    const own = findingsAt(trees, { ...exam, attacks: events }, allowed);
    if (own !== undefined) result[label] = recallOf(own.findings, exam.seed);
    told(`trees without ${label}`);
  });
  return result;
}

/** Everything that takes learning again. */
export async function relearned(
  exam: Exam,
  material: Material,
  own: readonly PlacedSeries[],
  answers: readonly Answers[],
  allowed: number | undefined,
  seeds: number,
  told: (what: string) => void,
): Promise<Relearned> {
  const numbers = Array.from({ length: seeds }, (_, i) => exam.seed + i);
  const spreads = await bySeed(exam, material, answers, allowed, numbers, told);
  const checks = controls(exam, material, own, answers);
  told('controls');
  return {
    seeds: numbers,
    bySeed: spreads,
    controls: checks,
    leftOut: leftOut(exam, material, allowed, told),
  };
}
