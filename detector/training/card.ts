/** MODEL_CARD.md: what a model is, what it was trained on, and what nobody should believe of it. */
import type { Matrix } from '../../learning/base/matrix.ts';
import type { Calibration } from '../calibration/calibrate.ts';
import type { ModelFile } from '../candidate/schema.ts';
import type { Chosen } from '../samples/choose.ts';
import { classScores } from './f1.ts';

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const digits = (value: number, count = 2) => value.toFixed(count);

/** A name from outside as Markdown shows it. */
function code(name: string): string {
  return `\`${name.replace(/[`|\s]/g, '_')}\``;
}

/** Probabilities of the validation rows, by model. */
interface Said {
  readonly trees: Matrix;
  readonly network: Matrix;
  readonly line: Matrix;
}

function classTable(
  { classes, models }: ModelFile,
  { train }: Chosen,
  validation: Uint16Array,
  { trees, network, line }: Said,
): string {
  const scores = [trees, network, line].map((each) => classScores(each, validation));
  const rows = classes.map((name, i) => {
    const windows = train.filter(({ purpose: { label } }) => label === name).length;
    const [own, ...others] = scores.map((each) => each[i]);
    if (own === undefined || own.rows === 0) return [code(name), windows, 0, '–', '–', '–', '–', '–'];
    const figures = [own.precision, own.recall, own.f1, ...others.map((other) => other?.f1 ?? 0)];
    return [code(name), windows, own.rows, ...figures.map((figure) => digits(figure))];
  });
  const f1s = [`F1 of the ${models.challenger.kind}`, 'F1 of the logistic regression'];
  return table(['class', 'windows learned', 'validation windows', 'precision', 'recall', 'F1', ...f1s], rows);
}

function noveltyTable({ models: { novelty } }: ModelFile): string {
  const { byClass } = novelty.choice;
  if (byClass.length === 0) return 'The validation part has no attack to compare them by.';
  return table(
    ['class', 'attacks', 'principal components', 'autoencoder'],
    byClass.map(({ label, episodes, pca, autoencoder }) => [
      code(label),
      episodes,
      digits(pca),
      digits(autoencoder),
    ]),
  );
}

/** The card of a model. */
export function modelCard(
  model: ModelFile,
  { nodeHours, asked, carried }: Calibration,
  chosen: Chosen,
  validation: Uint16Array,
  said: Said,
): string {
  const rare = Object.entries(chosen.tooRare).map(([name, windows]) => `${code(name)} (${windows})`);
  const { taken, left } = chosen.verdicts;
  const constant = model.constantColumns.map(code).join(', ') || 'none';
  return `# A model of what nodes look like under attack

Trained by kubevigil-detector ${model.detector} with seed ${model.seed} on Node ${model.node}. The same datasets and seed give the same files; another major
version of Node can differ in the last digits.

## What it learned from

${table(
  ['rows', 'from', 'to', 'SHA-256 of the rows'],
  model.datasets.map(({ rows, start, end, rowsDigest }) => [rows, start, end, code(rowsDigest)]),
)}

A row each ${model.step}. Of each ${model.entity}, a window of ${model.window} rows is looked at; how far each value lies from the ${model.entity}'s own usual, the median of its last
${model.horizon}, in terms of what is usual among all normal rows of the training part. The first ${model.learningRows} rows of a ${model.entity} are not judged.
${model.columns.length} columns; those that never moved are left out: ${constant}.

Only rows of the parts \`train\` and \`validation\` were looked at: of \`test\` and of the embargo between none. Rows without a label, after an attack while
features remember it, and the first row of each attack, whose label comes before its effect, taught nothing. Benign workloads count as normal.
Attacks with too few windows to learn, which the model does not know: ${rare.join(', ') || 'none'}.
Windows that people named: ${taken} at most; ${left} more were left out, as they may be a quarter of a class.

## How well, on the validation part

Precision, recall and F1 are those of the boosted trees, which decide; the network, the better of a multilayer perceptron and a convolution over time, is beside them.
This part also decided when training stopped: what the model is worth on nodes and attacks that it has not seen is for \`test\` to say.

${classTable(model, chosen, validation, said)}

## Novelty

Principal components and an autoencoder learned what rows without an attack look like; neither has seen an attack, so that each class is one that is left out. How well the
errors of both tell each class's attacks of the validation part from its normal rows, as average precision by attack:

${noveltyTable(model)}

${code('novelty.onnx')} holds ${model.models.novelty.choice.reason}.

## False alarms

Scores are held against ${digits(nodeHours, 1)} node-hours of the validation part in which nothing happened. ${asked} false alarm per ${model.entity} and day was asked for;
so much time carries ${digits(carried, 1)} alarming rows per ${model.entity} and day. ${
    carried > asked
      ? `For what was asked for it takes ${digits((nodeHours * carried) / asked / 24, 1)} node-days.`
      : ''
  } Neighbouring rows are alike, so that their number overstates what is known; and nodes that do other work than these did are not covered.

## Limits

What is like none of the classes is called \`unknown\` when the reconstruction or a rule's events contradict \`normal\`. Telling unknown attacks is weak in every
published comparison; do not rely on it. Labels come from scenarios that were run on purpose: an intruder need not resemble them.
`;
}
