/** `baseline` and `score`: what models are worth on a dataset, by the protocol of its card. */
import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { UsageError } from '../../common/cli.ts';
import { Flag, type Program } from '../../common/flags.ts';
import { packageVersion } from '../../common/version.ts';
import { openStorage } from '../../dataset/storage/open.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { type ReadDataset, readRows } from '../../learning/table/read-dataset.ts';
import type { Series } from '../../learning/table/series.ts';
import { baselineResult, baselines } from '../benchmark/baselines.ts';
import { labelsOfDataset, labelsOfFile } from '../benchmark/hidden-labels.ts';
import { judge } from '../benchmark/judge.ts';
import { folderShelf, ownShelf, publish } from '../benchmark/leaderboard.ts';
import { inOrder, MODEL_NAME, type Result } from '../benchmark/result.ts';
import { readSubmission } from '../benchmark/submission.ts';
import { ofRows, tableLines } from '../benchmark/table.ts';
import { loadPlace, type PlaceFlags } from '../config/load.ts';

interface OutputFlags extends PlaceFlags {
  readonly json?: true;
  readonly leaderboard?: string;
}

interface BaselineFlags extends OutputFlags {
  readonly seed: number;
}

interface ScoreFlags extends OutputFlags {
  readonly model?: string;
  readonly labels?: string;
  readonly threshold?: number;
}

const NONE = 'none';
const MOST_SEED = 0xffff_ffff;

function wholeSeed(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= MOST_SEED) return Number(text);
  throw new InvalidArgumentError(`It is a whole number from 0 to ${MOST_SEED}.`);
}

function finite(text: string): number {
  if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  throw new InvalidArgumentError('It is a number, such as 0.5.');
}

async function storageAt(place: string, flags: PlaceFlags): Promise<Storage> {
  const config = loadPlace(place, flags);
  return openStorage(config.output, config);
}

/** Puts the results where they are kept, and tells them. */
async function tell(
  storage: Storage,
  { manifest }: ReadDataset,
  results: readonly Result[],
  notes: readonly string[],
  { json, leaderboard }: OutputFlags,
): Promise<void> {
  const shelf = leaderboard === undefined ? ownShelf(storage) : folderShelf(resolve(leaderboard));
  const page = leaderboard === NONE ? undefined : await publish(shelf, manifest, results);
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ results: inOrder(results), notes }, null, 2)}\n`);
    return;
  }
  const [first] = results;
  const lines = [
    ...(first === undefined ? [] : [ofRows(first)]),
    ...tableLines(results),
    ...notes.map((note) => `note: ${note}`),
    ...(page === undefined ? [] : [`written to ${page}`]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function runBaseline(place: string, flags: BaselineFlags): Promise<void> {
  const storage = await storageAt(place, flags);
  const dataset = await readRows(storage, place);
  const { learned, unlearned } = baselines(dataset, flags.seed);
  const results = learned.map((one) => baselineResult(one, dataset.rowsDigest, packageVersion()));
  const notes = unlearned.map(({ model, why }) => `${model} cannot be learned: ${why}`);
  await tell(storage, dataset, results, notes, flags);
}

/** The rows with the labels that the judge has. */
async function labelled(series: readonly Series[], labels: string | undefined, flags: PlaceFlags) {
  if (labels === undefined) return { series };
  const isFile = existsSync(labels) && statSync(labels).isFile();
  if (isFile) return labelsOfFile(labels, series);
  return labelsOfDataset(await readRows(await storageAt(labels, flags), labels, false), series);
}

async function runScore(place: string, file: string, flags: ScoreFlags): Promise<void> {
  const model = flags.model ?? basename(file).replace(/\.csv$/i, '');
  if (!MODEL_NAME.test(model))
    throw new UsageError(
      `--model ${JSON.stringify(model.slice(0, 60))}: a model's name has 1 to 79 letters, digits, spaces and _.,+()-, the first a letter or digit`,
    );
  const storage = await storageAt(place, flags);
  const dataset = await readRows(storage, place, false);
  const { scores, sha256, hasValidation } = await readSubmission(file, basename(file), dataset.series);
  const { series, ...told } = await labelled(dataset.series, flags.labels, flags);
  const { threshold } = flags;
  const figures = judge(
    { series, stepMs: dataset.stepMs },
    scores,
    threshold === undefined
      ? { from: 'parts', parts: hasValidation ? ['validation'] : [] }
      : { from: 'given', threshold },
  );
  const result: Result = {
    schemaVersion: 1,
    model,
    kind: 'submission',
    kubevigil: packageVersion(),
    rowsDigest: dataset.rowsDigest,
    scoresSha256: sha256,
    ...('sha256' in told && { labelsSha256: told.sha256 }),
    ...figures,
  };
  await tell(storage, dataset, [result], [], flags);
}

function withOutput(command: Program): Program {
  return command
    .option('--json', 'the figures as JSON instead of a table')
    .addOption(
      new Flag(
        '--leaderboard <folder>',
        `where a file for each model and a page are put: a folder, or ${NONE}`,
      ).usually('leaderboard/ in the dataset'),
    );
}

/** Adds `baseline` and `score` to the program. */
export function addBenchmark(program: Program, withPlace: (command: Program, what: string) => Program): void {
  withOutput(
    withPlace(
      program
        .command('baseline')
        .description(
          "Learn the models that every other has to beat, and measure them by the protocol of the dataset's card.",
        ),
      'the dataset',
    ),
  )
    .option('--seed <n>', 'of what is drawn while they learn', wholeSeed, 1)
    .example('kubevigil-builder baseline dataset', 'what other models have to beat')
    .action(runBaseline);
  withOutput(
    withPlace(
      program
        .command('score')
        .description("Measure another model's scores by the protocol of the dataset's card."),
      'the dataset',
    ).argument(
      '<scores>',
      'CSV with timestamp,[cluster,]node[,namespace,pod],score: a line for each row of test',
    ),
  )
    .addOption(new Flag('--model <name>', "the model's name on the leaderboard").usually('that of the file'))
    .option(
      '--labels <place>',
      'labels that the dataset does not show: CSV with timestamp,node[,namespace,pod],label[,episode][,role][,involvement][,phase] (hide-labels writes it), or a dataset',
    )
    .option(
      '--threshold <score>',
      'the lowest score that is an alarm, where validation has no scores',
      finite,
    )
    .example(
      'kubevigil-builder score dataset submit.csv --model "my forest"',
      'the figures of your own model',
    )
    .action(runScore);
}
