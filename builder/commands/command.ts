import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Command } from 'commander';
import { oneLine, UsageError } from '../../common/cli.ts';
import { endSignal } from '../../common/end-signal.ts';
import { BuilderError } from '../../common/errors.ts';
import { Flag, Program } from '../../common/flags.ts';
import { createLogger } from '../../common/log.ts';
import { type LogFlags, logFormatFlag, logLevelFlag } from '../../common/log-flags.ts';
import { wholeMs } from '../../common/ms.ts';
import { progressOn } from '../../common/progress.ts';
import { packageVersion } from '../../common/version.ts';
import { FORMAT_NAMES } from '../../dataset/model/format-names.ts';
import type { Manifest } from '../../dataset/model/manifest.ts';
import { parseShard } from '../../dataset/model/shard.ts';
import { openStorage, PLACE_SHAPES, SECTIONS_HELP } from '../../dataset/storage/open.ts';
import type { Storage } from '../../dataset/storage/storage.ts';
import { type BuildFlags, loadConfig, loadPlace, type PlaceFlags } from '../config/load.ts';
import type { BuildConfig } from '../config/schema.ts';
import { writeReport } from '../report/report.ts';
import type { Surroundings } from '../run/task.ts';
import { streamCommand } from '../stream/command.ts';
import { addBenchmark } from './baseline.ts';
import { build, update } from './build.ts';
import { addHideLabels } from './hide-labels-command.ts';
import { join } from './join.ts';
import { namedPlaces } from './lab-names.ts';
import { labelCommand } from './label.ts';
import { merge } from './merge.ts';
import { push } from './push.ts';
import { relabel } from './relabel.ts';
import { summary } from './summary.ts';
import { verify } from './verify.ts';

type MakeFlags = BuildFlags & LogFlags & { readonly shard?: string };

async function run(
  { 'log.level': level, 'log.format': format, shard: _, ...flags }: MakeFlags,
  make: (config: BuildConfig, surroundings: Surroundings) => Promise<Manifest>,
): Promise<void> {
  const log = createLogger({ level, format });
  const progress = progressOn(process.stderr, log, { doing: 'building', did: 'built', units: 'days' });
  const config = loadConfig(flags);
  const startedMs = performance.now();
  const manifest = await make(config, { nowMs: Date.now(), log, progress, signal: endSignal() });
  await push(config, manifest, performance.now() - startedMs, log);
  process.stdout.write(summary(manifest, config.output));
}

function runBuild(flags: MakeFlags): Promise<void> {
  const shard = flags.shard === undefined ? undefined : parseShard(flags.shard, process.env);
  return run(flags, (config, surroundings) => build(config, surroundings, shard));
}

function runUpdate(flags: MakeFlags): Promise<void> {
  return run(flags, update);
}

/** Differences that `verify` names: of a dataset that is another, nobody reads all. */
const SHOWN_DIFFERENCES = 1000;

/** The dataset that an argument names. */
function storageOf(place: string, flags: PlaceFlags): Promise<Storage> {
  const config = loadPlace(place, flags);
  return openStorage(config.output, config);
}

async function runVerify(place: string, flags: PlaceFlags): Promise<void> {
  const { manifest, differences } = await verify(await storageOf(place, flags));
  if (differences.length === 0) {
    process.stdout.write(
      `ok: ${place}: ${manifest.rows} rows in ${manifest.files.length} files are as the manifest says\n`,
    );
    return;
  }
  const more = differences.length - SHOWN_DIFFERENCES;
  const lines = differences.slice(0, SHOWN_DIFFERENCES).map(oneLine);
  process.stderr.write(`${[...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n')}\n`);
  process.exitCode = new BuilderError('damaged', place).exitCode;
}

async function runMerge(place: string, flags: PlaceFlags): Promise<void> {
  process.stdout.write(summary(await merge(await storageOf(place, flags)), place));
}

interface JoinFlags extends PlaceFlags {
  readonly output: string;
  readonly format?: Manifest['format'];
}

async function runJoin(texts: readonly string[], { output, format, ...flags }: JoinFlags): Promise<void> {
  const named = namedPlaces(texts);
  const labs = await Promise.all(
    named.map(async (one) => ({ ...one, storage: await storageOf(one.place, flags) })),
  );
  const { config } = flags;
  const { about } = loadConfig({ output, ...(config !== undefined && { config }) });
  const manifest = await join(labs, await storageOf(output, flags), { format, about });
  process.stdout.write(summary(manifest, output));
}

interface RelabelFlags extends PlaceFlags {
  readonly labels: readonly string[];
  readonly pseudonymise?: string | true;
  readonly replace?: boolean;
  readonly 'allow-other-nodes'?: boolean;
  readonly 'allow-lacks'?: boolean;
}

async function runRelabel(
  place: string,
  {
    labels,
    pseudonymise,
    replace = false,
    'allow-other-nodes': allowsOtherNodes = false,
    'allow-lacks': allowsLacks = false,
    ...flags
  }: RelabelFlags,
): Promise<void> {
  const key = typeof pseudonymise === 'string' ? { keyFile: resolve(pseudonymise) } : pseudonymise;
  const options = {
    labels,
    replace,
    allowsOtherNodes,
    allowsLacks,
    ...(key !== undefined && { pseudonymise: key }),
  };
  const storage = await storageOf(place, flags);
  process.stdout.write(summary(await relabel(storage, options, wholeMs(Date.now())), place));
}

async function runReport(place: string, flags: PlaceFlags): Promise<void> {
  process.stdout.write(`${await writeReport(await storageOf(place, flags))}\n`);
}

function withBuildOptions(command: Program): Program {
  return command
    .option('--config <file>', 'YAML file; flags override it, paths in it are relative to it')
    .addOption(new Flag('--prometheus <url>', 'server to read from').usually('http://127.0.0.1:9090'))
    .option('--start <time>', 'first moment: RFC 3339 with a zone, Unix seconds, or a duration back from now')
    .addOption(new Flag('--end <time>', 'last moment, likewise').usually('now'))
    .addOption(new Flag('--last <duration>', 'instead of --start: how far back from the end').usually('24h'))
    .addOption(new Flag('--step <duration>', 'time that a row covers').usually('15s'))
    .addOption(
      new Flag('--delay <duration>', 'how long after its end a step is closed').usually('the scrape timeout'),
    )
    .option(
      '--pseudonymise [key file]',
      'pseudonyms for nodes, namespaces and pods, by a key (without a file: in KUBEVIGIL_PSEUDONYM_KEY)',
    )
    .addOption(new Flag('--format <format>', 'kind of files').choices([...FORMAT_NAMES]).usually('parquet'))
    .option(
      '--csv-escape-formulas',
      "in CSV, put a ' before texts that begin with = + - @, which spreadsheets take for formulas",
    )
    .addOption(
      new Flag(
        '--split <by>',
        'how rows are divided into train, validation and test; episode and run by scenario and role',
      ).choices(['time', 'episode', 'run', 'node']),
    )
    .option(
      '--provenance <file...>',
      "files to keep with the dataset, which tell how it came about: a campaign's plan, notes",
    )
    .option(
      '--allow-other-nodes',
      'leave out episodes about nodes of which there are no rows, which else are an error',
    )
    .addOption(new Flag('--output <place>', `where to write: ${PLACE_SHAPES}`).usually('dataset'))
    .option(
      '--labels <file>',
      'episodes file: CSV with episode,scenario,start,end,node[,namespace,pod][,role][,involvement][,run][,chain,stage]',
    )
    .option(
      '--evidence <place...>',
      'records of events for evidence.parquet: files of --events.output, or addresses of exporters',
    )
    .option('--metrics.pushgateway <url>', 'where to push how many rows and gaps there are, and up to when')
    .addOption(logLevelFlag())
    .addOption(logFormatFlag());
}

function withPlace(command: Program, what: string): Program {
  return command
    .argument('<place>', `${what}: ${PLACE_SHAPES}`)
    .option('--config <file>', `YAML file whose ${SECTIONS_HELP}`);
}

/** `kubevigil-builder` with its commands. */
export function builderCommand(): Program {
  const command = new Program('kubevigil-builder')
    .description('Builds labelled time-series datasets from the metrics that Prometheus holds.')
    .version(packageVersion())
    .allowExcessArguments()
    .action((_, { args }: Command) => {
      const unknown = args[0] === undefined ? '' : `there is no command ${args[0]}: `;
      throw new UsageError(
        `${unknown}say build, update, merge, stream, label, verify, report, join, relabel, baseline, score or hide-labels (see --help)`,
      );
    });
  withBuildOptions(command.command('build').description('Build a dataset of a time range.'))
    .example(
      'kubevigil-builder build --last 24h --labels episodes.csv --output dataset',
      'the last day, labelled',
    )
    .option(
      '--shard <i/n>',
      'only the nodes of shard i (from 0) of n, or auto/n in an Indexed Job; see merge',
    )
    .action(runBuild);
  withBuildOptions(
    command
      .command('update')
      .description('Continue the dataset in the output folder to now, or build it if there is none.'),
  )
    .example('kubevigil-builder update --config dataset.yaml', 'what a CronJob runs')
    .action(runUpdate);
  command.addCommand(streamCommand());
  command.addCommand(labelCommand());
  command
    .example('kubevigil-builder build --last 24h --output dataset', 'a dataset without labels')
    .example('kubevigil-builder verify dataset', 'recompute what its manifest claims');
  withPlace(
    command.command('merge').description('Join the shards in a place to one dataset.'),
    'where build --shard 0/n to n-1/n have written',
  )
    .example('kubevigil-builder merge dataset', 'after all shards of build --shard i/n have ended')
    .action(runMerge);
  withPlace(
    command.command('verify').description('Recompute everything that the manifest of a dataset claims.'),
    'the dataset',
  )
    .example('kubevigil-builder verify dataset', 'exit status 1 if a file is not what the manifest claims')
    .action(runVerify);
  withPlace(
    command
      .command('report')
      .description(
        'Draw a dataset: coverage, classes, features under attack, nulls, leaks; as report.html beside it.',
      ),
    'the dataset',
  )
    .example('kubevigil-builder report dataset', 'write dataset/report.html')
    .action(runReport);
  command
    .command('join')
    .description('Join datasets of several labs to a new one: their splits stay, their names stay apart.')
    .argument('<places...>', `datasets, each as NAME=PLACE or called after its folder: ${PLACE_SHAPES}`)
    .requiredOption('--output <place>', `where to write: ${PLACE_SHAPES}`)
    .addOption(
      new Flag('--format <format>', 'kind of files')
        .choices([...FORMAT_NAMES])
        .usually('that of the first dataset'),
    )
    .option('--config <file>', `YAML file whose about describes the whole, and whose ${SECTIONS_HELP}`)
    .example('kubevigil-builder join berlin=a lyon=b --output all', 'clusters become berlin/… and lyon/…')
    .action(runJoin);
  withPlace(
    command
      .command('relabel')
      .description(
        'Label and split a dataset anew by other episodes files, without a server; its features stay as they are.',
      ),
    'the dataset',
  )
    .requiredOption(
      '--labels <file...>',
      'episodes files, earlier ones take precedence: all that is to be known of labels',
    )
    .option('--allow-other-nodes', 'leave out episodes about nodes of which there are no rows')
    .option(
      '--allow-lacks',
      "leave parts without what the dataset's split was strict about, which else is an error; it is strict no more",
    )
    .option('--replace', 'do without the label sources that the dataset had and that are not given again')
    .option(
      '--pseudonymise [key file]',
      'the key of a dataset with pseudonyms (without a file: in KUBEVIGIL_PSEUDONYM_KEY)',
    )
    .example(
      'kubevigil-builder relabel dataset --labels episodes.csv verdicts.csv',
      'a second label source, after build',
    )
    .action(runRelabel);
  addBenchmark(command, withPlace);
  addHideLabels(command, withPlace, storageOf);
  return command;
}
