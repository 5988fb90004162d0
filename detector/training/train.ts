import { formatDuration } from '../../common/duration.ts';
import { packageVersion } from '../../common/version.ts';
import { type Matrix, pickedRows, rowOf } from '../../learning/base/matrix.ts';
import { gbdtProbabilities } from '../../learning/models/gbdt/train.ts';
import { logisticProbabilities } from '../../learning/models/logistic.ts';
import type { Dataset } from '../../learning/table/series.ts';
import { DetectorError } from '../base/errors.ts';
import { calibrate } from '../calibration/calibrate.ts';
import { notNormal, PARTS, partScores, ruleColumns } from '../calibration/parts.ts';
import type { Content } from '../candidate/files.ts';
import { type Golden, type ModelFile, SCHEMA_VERSION } from '../candidate/schema.ts';
import { featureNames, windowShape } from '../features/plan.ts';
import { networkProbabilities } from '../models/network/network.ts';
import { type Chosen, choose, type Place } from '../samples/choose.ts';
import { type Gathered, gather } from '../samples/gather.ts';
import { normalGroups } from '../samples/normal-groups.ts';
import { modelCard } from './card.ts';
import { type Fitted, fitModels, outputsOf, type Samples, type Told, writtenOutputs } from './fit.ts';
import { fleetOf } from './fleet.ts';
import { attackAt } from './novelty.ts';

/** False alarms per node and day that are asked for. */
const ASKED_PER_DAY = 1;
/** With fewer quiet rows no p-value is worth anything. */
const LEAST_CALIBRATION = 30;
/** Windows of each class in the self-test. */
const GOLDEN_PER_CLASS = 3;

/** A candidate's files, and what its folder's name begins with. */
export interface Trained {
  readonly name: string;
  readonly contents: Readonly<Record<Content, Uint8Array>>;
  readonly model: ModelFile;
}

/** Says what a dataset lacks, and what to do. */
function checkChosen({ classes, train, validation, calibration }: Chosen, names: string): void {
  const lacks = (what: string) => new DetectorError('data', `${names}: ${what}`);
  const has = (places: readonly Place[], label: string) =>
    places.some(({ purpose }) => purpose.label === label);
  if (!has(train, 'normal'))
    throw lacks(
      'no normal window in the training part: build a dataset of a longer time, with labels and splits',
    );
  if (classes.length < 2)
    throw lacks(
      'no attack has 5 windows in the training part: run scenarios of 60 s or longer, or choose other splits',
    );
  if (!has(validation, 'normal'))
    throw lacks('no normal window in the validation part: choose splits that have one');
  if (calibration.length < LEAST_CALIBRATION)
    throw lacks(
      `${calibration.length} rows of the validation part in which nothing happened, ${LEAST_CALIBRATION} are needed: leave more time between attacks, or choose other splits`,
    );
}

function samplesOf(inputs: Gathered, places: readonly Place[], classes: readonly string[]): Samples {
  return { ...inputs, classes: Uint16Array.from(places, ({ purpose: { label } }) => classes.indexOf(label)) };
}

/** Rows of each class, spread over what there is of it. */
function goldenRows({ classes }: Samples, count: number): number[] {
  return Array.from({ length: count }, (_, wanted) => {
    const rows = [...classes.keys()].filter((row) => classes[row] === wanted);
    const stride = Math.max(1, Math.floor(rows.length / GOLDEN_PER_CLASS));
    return rows.filter((_, i) => i % stride === 0).slice(0, GOLDEN_PER_CLASS);
  }).flat();
}

function timesOf({ series }: Dataset): { readonly firstMs: number; readonly lastMs: number } {
  const firsts = series.flatMap(({ timesMs }) => timesMs[0] ?? []);
  const lasts = series.flatMap(({ timesMs }) => timesMs.at(-1) ?? []);
  return { firstMs: Math.min(...firsts), lastMs: Math.max(...lasts) };
}

function noveltyFile({ novelty, noveltyChoice: choice }: Fitted): ModelFile['models']['novelty'] {
  return novelty.kind === 'pca'
    ? { kind: novelty.kind, components: novelty.components.length, choice }
    : { kind: novelty.kind, narrowest: novelty.layers[1].outputs, choice };
}

function json(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...value }, undefined, 1)}\n`);
}

/**
 * Makes a candidate of datasets.
 *
 * @param told of each unit of work that is done
 * @throws {DetectorError} `data` when nothing can be learned from them
 */
export async function train(datasets: readonly Dataset[], seed: number, told: Told): Promise<Trained> {
  const names = datasets.map(({ name }) => name).join(', ');
  const fleet = fleetOf(datasets);
  const { plan, columns } = fleet;
  told('reading');
  const chosen = choose(fleet.purposes, seed);
  checkChosen(chosen, names);
  const { classes } = chosen;
  const [inputs, others, quiet] = gather(fleet.series, plan, [
    chosen.train,
    chosen.validation,
    chosen.calibration,
  ]) as [Gathered, Gathered, Gathered];
  told('features');
  const learned = samplesOf(inputs, chosen.train, classes);
  const validation = samplesOf(others, chosen.validation, classes);
  const version = `kubevigil-detector ${packageVersion()}`;
  const shape = windowShape(plan);
  const material = {
    train: learned,
    normal: normalGroups(chosen.train, plan.window),
    validation,
    attacks: chosen.validation.map((place) => attackAt(fleet.series, place)),
    classes,
  };
  const fitted = await fitModels(material, plan.columns, shape, seed, version, told);

  const rules = ruleColumns(columns);
  const found = await writtenOutputs(fitted, quiet);
  const scores = partScores(quiet.features, found.classifier, found.novelty, plan.columns, rules);
  const used = PARTS.filter((part) => part !== 'rules' || rules.length > 0);
  const calibration = calibrate(scores, notNormal(found.challenger), used, plan.stepMs, ASKED_PER_DAY);
  told('calibration');

  const rows = goldenRows(learned, classes.length);
  const examples = { features: pickedRows(inputs.features, rows), windows: pickedRows(inputs.windows, rows) };
  const outputs = outputsOf(fitted, examples);
  const list = (matrix: Matrix, row: number) => Array.from(rowOf(matrix, row));
  const golden: Golden = rows.map((row, i) => ({
    label: classes[learned.classes[row] as number] as string,
    features: list(examples.features, i).map((value) => (Number.isNaN(value) ? null : value)),
    window: list(examples.windows, i),
    classifier: list(outputs.classifier, i),
    challenger: list(outputs.challenger, i),
    novelty: list(outputs.novelty, i),
  }));

  const spans = datasets.map(timesOf);
  const iso = (ms: number) => new Date(ms).toISOString();
  const model: ModelFile = {
    schemaVersion: SCHEMA_VERSION,
    detector: packageVersion(),
    node: process.versions.node,
    seed,
    entity: fleet.series.some(({ rows: { entity } }) => entity.pod !== undefined) ? 'pod' : 'node',
    columns: columns.map(({ name, unit, metric }, i) => ({
      name,
      ...(unit !== undefined && { unit }),
      ...(metric !== undefined && { metric }),
      scale: plan.scales[i] as number,
    })),
    constantColumns: [...fleet.constant],
    step: formatDuration(plan.stepMs),
    window: plan.window,
    horizon: formatDuration(plan.horizonMs),
    learningRows: plan.learningRows,
    features: featureNames(plan.columns),
    classes: [...classes],
    rules,
    models: {
      classifier: { kind: 'gbdt', rounds: fitted.gbdt.rounds.length },
      challenger: { kind: fitted.network.kind },
      novelty: noveltyFile(fitted),
    },
    datasets: datasets.map(({ rowsDigest, series }, i) => ({
      rowsDigest,
      rows: series.reduce((sum, { timesMs }) => sum + timesMs.length, 0),
      start: iso(spans[i]?.firstMs ?? 0),
      end: iso(spans[i]?.lastMs ?? 0),
    })),
  };
  const card = modelCard(model, calibration, chosen, validation.classes, {
    trees: gbdtProbabilities(fitted.gbdt, others.features),
    network: networkProbabilities(fitted.network, others.windows),
    line: logisticProbabilities(fitted.logistic, others.features),
  });
  return {
    name: iso(Math.max(...spans.map(({ lastMs }) => lastMs))).slice(0, 10),
    model,
    contents: {
      'model.json': json(model),
      'classifier.onnx': fitted.onnx.classifier,
      'challenger.onnx': fitted.onnx.challenger,
      'novelty.onnx': fitted.onnx.novelty,
      'calibration.json': json(calibration),
      'golden.json': json({ examples: golden }),
      'MODEL_CARD.md': Buffer.from(card),
    },
  };
}
