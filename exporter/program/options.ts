import { accessSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../../common/cli.ts';
import { Flag, Program } from '../../common/flags.ts';
import type { LogFormat, LogLevel } from '../../common/log.ts';
import { type LogFlags, logFormatFlag, logLevelFlag } from '../../common/log-flags.ts';
import { packageVersion } from '../../common/version.ts';
import { type ListenAddress, parseListenAddress } from '../../common/web/listen-address.ts';
import { AUTHORIZATIONS, type AuthorizationOptions } from '../authorization/open.ts';
import type { HostPaths } from '../host/host.ts';
import { EVENTS_PATH } from '../web/events-page.ts';

/** Where records of matches go, and what stands in them. */
export interface EventOptions {
  /** `stdout`, or a file; undefined: /events alone. */
  readonly output: string | undefined;
  /** Whether secrets are taken out. */
  readonly redact: boolean;
  readonly args: (typeof ARGUMENTS)[number];
}

const ARGUMENTS = ['all', 'none'] as const;

export interface ExporterOptions {
  readonly listenAddresses: readonly ListenAddress[];
  readonly telemetryPath: string;
  /** TLS, users and headers, in exporter-toolkit's form. */
  readonly webConfigFile: string | undefined;
  readonly authorization: AuthorizationOptions;
  /** Whether an API server is asked for this node's pods, where there is one. */
  readonly kubernetes: 'auto' | 'off';
  readonly paths: HostPaths;
  /** Undefined: looked for below sysfs. */
  readonly tracefs: string | undefined;
  readonly node: string;
  /** Rules over the default set. */
  readonly rulesFile: string | undefined;
  readonly events: EventOptions;
  readonly disabledExtractors: ReadonlySet<string>;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
}

/** The flags, under their names as they are written. */
type Flags = Readonly<Record<`extractor.${string}`, boolean>> &
  LogFlags & {
    readonly 'web.listen-address': readonly string[];
    readonly 'web.telemetry-path': string;
    readonly 'web.config.file'?: string;
    readonly 'web.authorization': AuthorizationOptions['kind'];
    readonly 'web.authorization.audience': readonly string[];
    readonly kubernetes: 'auto' | 'off';
    readonly 'path.procfs': string;
    readonly 'path.sysfs': string;
    readonly 'path.rootfs': string;
    readonly 'path.tracefs'?: string;
    readonly 'rules.file'?: string;
    readonly 'events.output'?: string;
    readonly 'events.redact': boolean;
    readonly 'events.args': EventOptions['args'];
    readonly 'node-name': string;
  };

export const LISTEN_FLAG = '--web.listen-address';
const DEFAULT_ADDRESSES: readonly string[] = [':24924'];

function telemetryPath(text: string): string {
  if (/^\/[\w./-]*$/.test(text) && !['/', '/-/healthy', '/-/ready', EVENTS_PATH].includes(text)) return text;
  throw new InvalidArgumentError('It is a path such as /metrics, and not one of the other pages.');
}

/** The command line, with a pair of flags for each extractor. */
export function exporterCommand(extractors: readonly string[]): Program {
  const command = new Program('kubevigil-exporter')
    .description('Exposes security and performance metrics of this node to Prometheus.')
    .version(packageVersion())
    .option(
      `${LISTEN_FLAG} <host:port>`,
      'where to listen; port 0 is a free one; repeatable',
      (text, before: readonly string[]) => [...(before === DEFAULT_ADDRESSES ? [] : before), text],
      DEFAULT_ADDRESSES,
    )
    .option('--web.telemetry-path <path>', 'where the metrics are', telemetryPath, '/metrics')
    .option('--web.config.file <file>', 'TLS, users and headers, reread when changed')
    .addOption(
      new Flag('--web.authorization <how>', 'who decides on requests: kubernetes asks the API server')
        .choices(AUTHORIZATIONS)
        .default('none'),
    )
    .option(
      '--web.authorization.audience <name>',
      "what tokens must be for, else the API server's own; repeatable",
      (text, before: readonly string[]) => [...before, text],
      [],
    )
    .addOption(
      new Flag('--kubernetes <when>', "whether to watch this node's pods, in a cluster or with KUBECONFIG")
        .choices(['auto', 'off'])
        .default('auto'),
    )
    .option('--path.procfs <folder>', "where the host's /proc is mounted", '/proc')
    .option('--path.sysfs <folder>', "where the host's /sys is mounted", '/sys')
    .option('--path.rootfs <folder>', "where the host's root filesystem is mounted", '/')
    .addOption(
      new Flag('--path.tracefs <folder>', 'where tracefs is mounted').usually('kernel/tracing below sysfs'),
    )
    .option('--rules.file <file>', 'rules to use in addition to the default set, reread when changed')
    .option(
      '--events.output <where>',
      'write a record of each match as a line of JSON, besides /events: stdout, or a file',
    )
    .option('--events.redact', 'take passwords, tokens and keys out of records, as is the default', true)
    .option('--no-events.redact', 'leave them in')
    .addOption(
      new Flag('--events.args <which>', 'arguments of programs in records').choices(ARGUMENTS).default('all'),
    )
    .addOption(
      new Flag('--node-name <name>', 'name of this node')
        .env('NODE_NAME')
        .default(hostname(), "the host's name"),
    )
    .addOption(logLevelFlag())
    .addOption(logFormatFlag());
  for (const name of extractors) {
    command.addOption(new Flag(`--extractor.${name}`, `run the ${name} extractor`).default(true).hideHelp());
    command.addOption(new Flag(`--no-extractor.${name}`, `do not run the ${name} extractor`).hideHelp());
  }
  return command
    .note(
      `--no-extractor.<name> leaves an extractor out, --extractor.<name> runs it, as all do by default: ${extractors.join(', ')}.`,
    )
    .allowExcessArguments(false);
}

/** A wrong folder would make every source absent, which is what a healthy agent shows on a bare kernel. */
function requireProcfs(folder: string): void {
  try {
    accessSync(join(folder, 'stat'));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return;
    throw new UsageError(`--path.procfs ${folder} is no proc filesystem: it has no file "stat"`, { cause });
  }
}

/**
 * What the parsed command line asks for.
 *
 * @throws {UsageError} an address that is none, a procfs that is none
 */
export function readOptions(command: Command, extractors: readonly string[]): ExporterOptions {
  const flags = command.opts<Flags>();
  requireProcfs(flags['path.procfs']);
  return {
    listenAddresses: flags['web.listen-address'].map((text) => parseListenAddress(text, LISTEN_FLAG)),
    telemetryPath: flags['web.telemetry-path'],
    webConfigFile: flags['web.config.file'],
    authorization: {
      kind: flags['web.authorization'],
      audiences: flags['web.authorization.audience'],
    },
    kubernetes: flags.kubernetes,
    paths: { procfs: flags['path.procfs'], sysfs: flags['path.sysfs'], rootfs: flags['path.rootfs'] },
    tracefs: flags['path.tracefs'],
    rulesFile: flags['rules.file'],
    node: flags['node-name'],
    events: {
      output: flags['events.output'],
      redact: flags['events.redact'],
      args: flags['events.args'],
    },
    disabledExtractors: new Set(extractors.filter((name) => flags[`extractor.${name}`] === false)),
    log: { level: flags['log.level'], format: flags['log.format'] },
  };
}
