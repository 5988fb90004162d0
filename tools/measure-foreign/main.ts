/**
 * `npm run measure:foreign -- --declaration FILE FILE FILE…`: of files of others, each is left out once; boosted trees learn from the
 * others' parts train and validation, and are judged on all of its rows. Prints a line for each file. What `kubevigil-detector` adds (calibration, novelty, alarms) is not in it:
 * the question is how well classes carry over from one file's machine to another's.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { inputsOf } from '../../detector/evaluation/inputs.ts';
import { choose, type Place } from '../../detector/samples/choose.ts';
import { gather } from '../../detector/samples/gather.ts';
import { fleetOf } from '../../detector/training/fleet.ts';
import { largest, rowOf } from '../../learning/base/matrix.ts';
import { readerOf } from '../../learning/foreign/read.ts';
import { heldOut } from '../../learning/measures/held-out.ts';
import { GBDT_RULES, gbdtProbabilities, trainGbdt } from '../../learning/models/gbdt/train.ts';
import type { Dataset } from '../../learning/table/series.ts';
import { table } from '../bench/table.ts';

const SEED = 1;

/** Recall and F1 of each class, over those that have rows. */
function judged(pairs: readonly (readonly [wanted: number, found: number])[], classes: number) {
  const count = (of: (wanted: number, found: number) => boolean) =>
    pairs.filter(([wanted, found]) => of(wanted, found)).length;
  const each = Array.from({ length: classes }, (_, own) => {
    const rows = count((wanted) => wanted === own);
    const right = count((wanted, found) => wanted === own && found === own);
    const said = count((_, found) => found === own);
    return { rows, recall: right / rows, f1: (2 * right) / (rows + said) };
  }).filter(({ rows }) => rows > 0);
  const mean = (of: (own: (typeof each)[number]) => number) =>
    each.reduce((sum, own) => sum + of(own), 0) / each.length;
  return { recall: mean(({ recall }) => recall), f1: mean(({ f1 }) => f1) };
}

/** All of its rows: nobody has learned from any of them. */
function asTest(out: Dataset): Dataset {
  const series = out.series.map((own) => ({
    ...own,
    facts: own.facts.map((facts) => ({ ...facts, split: 'test' })),
  }));
  return { ...out, series };
}

/** Learns from some, and judges by another. */
function leaveOut(others: readonly Dataset[], out: Dataset) {
  const fleet = fleetOf(others);
  const { classes, train, validation } = choose(fleet.purposes, SEED);
  const [learned, stopping] = gather(fleet.series, fleet.plan, [train, validation]);
  const classesOf = (places: readonly Place[]) =>
    Uint16Array.from(places, ({ purpose: { label } }) => classes.indexOf(label));
  if (learned === undefined || stopping === undefined) throw new RangeError('nothing was gathered');
  const model = trainGbdt(
    { inputs: learned.features, classes: classesOf(train) },
    { inputs: stopping.features, classes: classesOf(validation) },
    classes.length,
    { ...GBDT_RULES, seed: SEED },
  );
  const names = out.columns.map(({ name }) => name);
  const kept = fleet.plan.columns.map((column) => names.indexOf(column));
  const pairs = heldOut([asTest(out)], new Set()).flatMap((series) => {
    const { features, rows } = inputsOf(series, kept, fleet.plan);
    const probabilities = gbdtProbabilities(model, features);
    return rows.flatMap((row, i): [number, number][] => {
      const label = series.rows.facts[row]?.label ?? null;
      return label === null ? [] : [[classes.indexOf(label), largest(rowOf(probabilities, i))]];
    });
  });
  const { recall, f1 } = judged(pairs, classes.length);
  return {
    'left out': basename(out.name),
    'rows learned': train.length,
    'rows judged': pairs.length,
    'of attacks': pairs.filter(([wanted]) => wanted > 0).length / pairs.length,
    'macro recall': recall,
    'macro F1': f1,
    'columns that never move': fleet.constant.length,
  };
}

const { values, positionals } = parseArgs({
  options: { declaration: { type: 'string' } },
  allowPositionals: true,
});
if (values.declaration === undefined || positionals.length < 2) {
  process.stderr.write('measure:foreign: say --declaration FILE, and at least two files\n');
  process.exit(2);
}
const read = readerOf(values.declaration);
const datasets: Dataset[] = [];
for (const place of positionals) datasets.push(await read(place));
const rows = datasets.map((out) =>
  leaveOut(
    datasets.filter((other) => other !== out),
    out,
  ),
);
process.stdout.write(`${table(rows)}\n`);
