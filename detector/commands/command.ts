import { once } from 'node:events';
import type { Command } from 'commander';
import { UsageError } from '../../common/cli.ts';
import { INDEX_VARIABLE, withCompletionIndex } from '../../common/completion-index.ts';
import { Flag, Program } from '../../common/flags.ts';
import { createLogger } from '../../common/log.ts';
import { type LogFlags, logFormatFlag, logLevelFlag } from '../../common/log-flags.ts';
import { progressOn } from '../../common/progress.ts';
import { packageVersion } from '../../common/version.ts';
import { LISTEN_FLAG, type ServeFlags, serveOptions, TOKEN_VARIABLE } from '../serve/options.ts';
import { interruptible } from './interruptible.ts';

interface ReadingFlags {
  /** What the columns of files are that kubevigil-builder has not written. */
  readonly declaration?: string;
}

interface TrainFlags extends LogFlags, ReadingFlags {
  readonly output: string;
  readonly seed: string;
}

const MOST_SEED = 2 ** 32 - 1;

/**
 * A seed as it is written, or `auto`: the number that a pod of an Indexed Job has.
 *
 * @throws {UsageError} for what is no whole number that seeds can be
 */
function parseSeed(text: string, flag = '--seed'): number {
  const said = withCompletionIndex(text, process.env);
  if (said === undefined)
    throw new UsageError(`${flag} ${text}: there is no ${INDEX_VARIABLE} in the environment`);
  const seed = Number(said);
  if (/^\d+$/.test(said) && seed <= MOST_SEED) return seed;
  throw new UsageError(
    `${flag} ${text}: say a whole number from 0 to ${MOST_SEED}, or auto in an Indexed Job`,
  );
}

async function trainCommand(places: readonly string[], flags: TrainFlags): Promise<void> {
  const { output, seed, 'log.level': level, 'log.format': format } = flags;
  const log = createLogger({ level, format });
  const words = { doing: 'training', did: 'trained', units: 'steps' };
  const own = parseSeed(seed);
  await interruptible(async () => {
    // Models' runtimes take memory and time, which `--help` does not pay.
    const { runTrain } = await import('./train.ts');
    const { readerOf } = await import('../../learning/foreign/read.ts');
    const read = readerOf(flags.declaration);
    const place = await runTrain(places, output, own, log, progressOn(process.stderr, log, words), read);
    process.stdout.write(`${place}\n`);
  });
}

async function scoreCommand(model: string, dataset: string, { declaration }: ReadingFlags): Promise<void> {
  await interruptible(async () => {
    const { runScore } = await import('./score.ts');
    const { readerOf } = await import('../../learning/foreign/read.ts');
    const write = async (text: string) => {
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    };
    await runScore(model, dataset, write, readerOf(declaration));
  });
}

interface EvaluateFlags extends LogFlags, ReadingFlags {
  readonly output?: string;
  readonly seed: string;
  readonly seeds: string;
  readonly 'trained-with-seed'?: string;
}

/** More of them tell little more, and take hours. */
const MOST_SEEDS = 50;

/** @throws {UsageError} for what is no whole number of models */
function parseSeeds(text: string): number {
  const seeds = Number(text);
  if (/^\d+$/.test(text) && seeds >= 1 && seeds <= MOST_SEEDS) return seeds;
  throw new UsageError(`--seeds ${text}: say a whole number from 1 to ${MOST_SEEDS}`);
}

async function evaluateCommand(
  model: string,
  places: readonly string[],
  flags: EvaluateFlags,
): Promise<void> {
  const {
    output,
    seed,
    seeds,
    'trained-with-seed': trained,
    'log.level': level,
    'log.format': format,
  } = flags;
  const log = createLogger({ level, format });
  const words = { doing: 'evaluating', did: 'evaluated', units: 'steps' };
  const options = { seed: parseSeed(seed), seeds: parseSeeds(seeds) };
  const wanted = trained === undefined ? undefined : parseSeed(trained, '--trained-with-seed');
  await interruptible(async () => {
    const { runEvaluate } = await import('./evaluate.ts');
    const { summaryOf } = await import('../evaluation/summary.ts');
    const { newestOfSeed } = await import('../candidate/among.ts');
    const { readerOf } = await import('../../learning/foreign/read.ts');
    const { folder, evaluation } = await runEvaluate(
      wanted === undefined ? model : newestOfSeed(model, wanted),
      places,
      output,
      options,
      progressOn(process.stderr, log, words),
      readerOf(flags.declaration),
    );
    process.stdout.write(`${summaryOf(evaluation)}${folder}\n`);
  });
}

interface PromoteFlags {
  readonly budget: string;
  readonly best?: boolean;
  readonly evaluation?: string;
}

/** @throws {UsageError} for what is no number of alarms */
function parseBudget(text: string): number {
  const budget = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && budget > 0) return budget;
  throw new UsageError(`--budget ${text}: say a number above 0: false alarms per node and day`);
}

async function promoteCommand(
  model: string,
  { budget, best = false, evaluation }: PromoteFlags,
): Promise<void> {
  const asked = parseBudget(budget);
  if (best && evaluation !== undefined)
    throw new UsageError(
      '--best and --evaluation: say one; the best is found by the evaluations in the folders of the models',
    );
  await interruptible(async () => {
    const { promoteBest, runPromote } = await import('./promote.ts');
    const lines = best ? await promoteBest(model, asked) : await runPromote(model, asked, evaluation);
    process.stdout.write(`${lines.join('\n')}\n`);
  });
}

async function serveCommand(flags: ServeFlags): Promise<void> {
  const options = serveOptions(flags, process.env);
  const { serve } = await import('../serve/run.ts');
  await serve(options);
}

const DECLARATION_FLAG = '--declaration <file>';
const DECLARATION_TEXT =
  'what the columns of CSV and Parquet files are that kubevigil-builder has not written';

/** `kubevigil-detector` with its commands. */
export function detectorCommand(): Program {
  const command = new Program('kubevigil-detector')
    .description('Learns from labelled datasets what attacks look like, and scores rows by what it learned.')
    .version(packageVersion())
    .allowExcessArguments()
    .action((_, { args }: Command) => {
      const unknown = args[0] === undefined ? '' : `there is no command ${args[0]}: `;
      throw new UsageError(`${unknown}say train, evaluate, promote, score or serve (see --help)`);
    });
  command
    .example('kubevigil-detector train dataset --output models', 'learn from a labelled dataset')
    .command('train')
    .description(
      'Train a model on datasets, and write it as a candidate with everything that it takes to run it.',
    )
    .argument(
      '<dataset...>',
      'datasets of kubevigil-builder: folders, or s3://bucket/prefix; with --declaration also files of others',
    )
    .option(DECLARATION_FLAG, DECLARATION_TEXT)
    .requiredOption('--output <models>', 'folder that models stand in; each in one of its own')
    .option(
      '--seed <number>',
      'of everything random: the same seed gives the same model; auto is the number of the pod in an Indexed Job',
      '1',
    )
    .addOption(logLevelFlag())
    .addOption(logFormatFlag())
    .example('kubevigil-detector train dataset --output models --seed 1', "print the model's folder")
    .action(trainCommand);
  command
    .command('evaluate')
    .description(
      'Evaluate a model on rows that it has never seen: attacks found and false alarms with intervals, baselines, controls. Writes eval.json and eval.html.',
    )
    .argument('<model>', 'a model: its folder, or one in which it is the only one')
    .argument(
      '<dataset...>',
      'datasets of kubevigil-builder; of those that the model was trained with, the part test is held out',
    )
    .option(DECLARATION_FLAG, DECLARATION_TEXT)
    .addOption(
      new Flag('--output <folder>', 'where to write to').usually('evaluation/ in the folder of the model'),
    )
    .option('--seed <number>', 'of everything random', '1')
    .option(
      '--trained-with-seed <number>',
      'of a folder of models, the newest that was trained with this seed; auto is the number of the pod in an Indexed Job',
    )
    .option('--seeds <number>', 'how many models of each kind are learned again with other seeds', '5')
    .addOption(logLevelFlag())
    .addOption(logFormatFlag())
    .example('kubevigil-detector evaluate models dataset', 'on the part test, which training did not see')
    .action(evaluateCommand);
  command
    .command('promote')
    .description(
      'Let a model raise alarms: refused unless its evaluation carries the budget of false alarms. The network decides only if it is shown to find more.',
    )
    .argument('<model>', 'a model that was evaluated: its folder, or one in which it is the only one')
    .option('--budget <number>', 'false alarms per node and day', '1')
    .option('--best', 'of a folder of models, the best of those that were evaluated on the same rows')
    .addOption(
      new Flag('--evaluation <file>', 'eval.json').usually('that in evaluation/ in the folder of the model'),
    )
    .example('kubevigil-detector promote models --budget 1', 'at most one false alarm per node and day')
    .action(promoteCommand);
  command
    .command('score')
    .description('Score every row of a dataset: a line of JSON for each, a score above 1 is anomalous.')
    .argument('<model>', 'a model: its folder, or one in which it is the only one')
    .argument('<dataset>', 'dataset of kubevigil-builder: a folder, or s3://bucket/prefix')
    .option(DECLARATION_FLAG, DECLARATION_TEXT)
    .example('kubevigil-detector score models dataset > scores.ndjson', 'one line for each row')
    .action(scoreCommand);
  command
    .command('serve')
    .description(
      'Score the rows of a stream as they come: metrics, alarms with their causes, and a console for verdicts.',
    )
    .requiredOption(
      '--model <models>',
      'a model: its folder, or one of models: the promoted one, or the only one',
    )
    .requiredOption(
      '--stream <url>',
      'stream of kubevigil-builder, such as http://127.0.0.1:24926/stream; with user:password@ where it asks for them',
    )
    .option('--stream.token-file <file>', 'what the stream is sent as Authorization: Bearer')
    .option(
      '--events <place>',
      'records of matches that an alarm is shown with: an exporter such as http://node-1:24924, or a file of --events.output; repeatable',
      (text, before: readonly string[]) => [...before, text],
      [],
    )
    .option('--events.token-file <file>', 'what exporters are sent as Authorization: Bearer')
    .option('--shadow <model>', 'a second model, whose alarms are only counted')
    .option(
      `${LISTEN_FLAG} <host:port>`,
      'where to listen; beyond loopback a token or users are needed',
      '127.0.0.1:24927',
    )
    .option('--web.config.file <file>', 'TLS, users and headers, reread when changed')
    .option(
      '--web.allowed-host <name>',
      'a name of the service besides its addresses, such as that of its Kubernetes Service; repeatable',
      (text, before: readonly string[]) => [...before, text.toLowerCase()],
      [],
    )
    .option('--token-file <file>', `what requests must carry (else the environment's ${TOKEN_VARIABLE})`)
    .option('--verdicts <file>', 'episodes file that verdicts are written to', 'verdicts.csv')
    .addOption(logLevelFlag())
    .addOption(logFormatFlag())
    .example(
      'kubevigil-detector serve --model models --stream http://127.0.0.1:24926/stream',
      'console at http://127.0.0.1:24927/',
    )
    .action(serveCommand);
  return command;
}
