#!/usr/bin/env node
import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { packageVersion } from '../common/version.ts';
import { type BuildFlags, loadConfig } from './config.ts';
import { BuilderError, exitCode, messageOf } from './errors.ts';
import { LOG_LEVELS, type LogLevel, lineLog } from './log.ts';
import { progressOn } from './progress.ts';
import { build } from './run.ts';
import { summary } from './summary.ts';
import { verify } from './verify.ts';

const EXIT_USAGE = 2;

let logLevel: LogLevel = 'info';

const logLevelOption = () =>
  new Option('--log.level <level>', 'what to tell on standard error').choices(LOG_LEVELS).default(logLevel);

/** A signal that aborts when somebody asks the program to end. */
function endSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return controller.signal;
}

type Options<T> = T & { readonly 'log.level': LogLevel };

async function runBuild({ 'log.level': level, ...flags }: Options<BuildFlags>): Promise<void> {
  logLevel = level;
  const log = lineLog(level, (line) => process.stderr.write(line));
  const progress = progressOn(process.stderr, log);
  const config = loadConfig(flags);
  const manifest = await build(config, { nowMs: Date.now(), log, progress, signal: endSignal() });
  process.stdout.write(summary(manifest, config.output));
}

async function runVerify(folder: string, { 'log.level': level }: Options<object>): Promise<void> {
  logLevel = level;
  const { manifest, differences } = await verify(resolve(folder));
  if (differences.length === 0) {
    process.stdout.write(
      `ok: ${folder}: ${manifest.rows} rows in ${manifest.files.length} files are as the manifest says\n`,
    );
    return;
  }
  process.stderr.write(`${differences.join('\n')}\n`);
  process.exitCode = exitCode(new BuilderError('damaged', folder));
}

function program(): Command {
  const command = new Command('kubevigil-builder')
    .description('Builds labelled time-series datasets from the metrics that Prometheus holds.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  command
    .command('build')
    .description('Build a dataset of a time range.')
    .option('--config <file>', 'YAML file; flags override it, paths in it are relative to it')
    .option('--prometheus <url>', 'server to read from (default: http://127.0.0.1:9090)')
    .option('--start <time>', 'first moment: RFC 3339 with a zone, Unix seconds, or a duration back from now')
    .option('--end <time>', 'last moment, likewise (default: now)')
    .option('--last <duration>', 'instead of --start: how far back from the end (default: 24h)')
    .option('--step <duration>', 'time that a row covers (default: 15s)')
    .option('--delay <duration>', 'how long after its end a step is closed (default: the scrape timeout)')
    .addOption(
      new Option('--format <format>', 'kind of files (default: parquet)').choices(['parquet', 'csv']),
    )
    .option('--output <folder>', 'where to write (default: dataset)')
    .option(
      '--labels <file>',
      'episodes file: CSV with episode,scenario,start,end,node[,namespace,pod][,role][,run]',
    )
    .addOption(logLevelOption())
    .action(runBuild);
  command
    .command('verify')
    .description('Recompute everything that the manifest of a dataset claims.')
    .argument('<folder>', 'the dataset')
    .addOption(logLevelOption())
    .action(runVerify);
  return command;
}

/** One line for whatever went wrong. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const message =
      error.message === '(outputHelp)' ? 'say what to do: build or verify (see --help)' : error.message;
    process.stderr.write(`kubevigil-builder: ${message.replace(/^error: /, '').replaceAll('\n', ' ')}\n`);
    return EXIT_USAGE;
  }
  const unexpected = error instanceof BuilderError ? '' : 'unexpected: ';
  process.stderr.write(`kubevigil-builder: ${unexpected}${messageOf(error).replaceAll('\n', ' ')}\n`);
  if (logLevel === 'debug' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitCode(error);
}

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
