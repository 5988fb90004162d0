import { hostname, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../../common/cli.ts';
import { Flag, Program } from '../../common/flags.ts';
import type { LogFormat, LogLevel } from '../../common/log.ts';
import { type LogFlags, logFormatFlag, logLevelFlag } from '../../common/log-flags.ts';
import { isOwnAddress } from '../../common/web/gate.ts';
import { type ListenAddress, parseListenAddress } from '../../common/web/listen-address.ts';
import { readToken } from '../../common/web/token.ts';
import type { Subject } from '../../dataset/episodes/contract.ts';
import { CLUSTER_NAME, isClusterName } from '../ground-truth/episode.ts';

export const LISTEN_FLAG = '--web.listen-address';
export const VICTIM_FLAG = '--victim.listen-address';
export const HTTP2_FLAG = '--victim.http2.listen-address';
export const TOKEN_VARIABLE = 'KUBEVIGIL_SCENARIOS_TOKEN';
const MOST_RUNNING = 16;
export const TEMPORARY = 'the temporary folder';

export interface ServeOptions {
  readonly listen: ListenAddress;
  readonly victim: ListenAddress;
  readonly victimHttp2: ListenAddress;
  readonly webConfigFile: string | undefined;
  readonly token: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly allowedTargets: readonly string[];
  readonly victimLog: string | undefined;
  readonly victimAccessLog: string | undefined;
  readonly weakPages: boolean;
  readonly episodes: string;
  /** Where scenarios write what they write. */
  readonly folder: string;
  readonly maxRunning: number;
  readonly subject: Subject;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
}

interface Flags extends LogFlags {
  readonly 'web.listen-address': string;
  readonly 'web.config.file'?: string;
  readonly 'web.allowed-host': readonly string[];
  readonly 'victim.listen-address': string;
  readonly 'victim.http2.listen-address': string;
  readonly 'victim.log'?: string;
  readonly 'victim.access-log'?: string;
  readonly 'victim.weak-pages'?: true;
  readonly 'allowed-target': readonly string[];
  readonly 'token-file'?: string;
  readonly episodes: string;
  readonly scratch: string;
  readonly 'max-running': number;
  readonly 'node-name': string;
  readonly cluster?: string;
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MOST_RUNNING) return value;
  throw new InvalidArgumentError(`It is a number from 1 to ${MOST_RUNNING}.`);
}

/** The flags about logs, which all commands have. */
export function withLogOptions<C extends Command>(command: C): C {
  return command.addOption(logLevelFlag()).addOption(logFormatFlag());
}

/** Each use of a flag adds to it. */
const list = (text: string, before: readonly string[]) => [...before, text];

/** The flags about what scenarios are done to, which all commands have. */
export function withTargetOptions<C extends Command>(command: C): C {
  return command
    .option(
      '--allowed-target <host:port>',
      'a service besides loopback that may be troubled; repeatable',
      list,
      [],
    )
    .option('--victim.log <file>', 'where the victim logs failed logins, else on standard output')
    .option(
      '--victim.access-log <file>',
      'where the victim logs requests, in the combined format, else on standard output',
    )
    .option(
      '--victim.weak-pages',
      'give the victim pages with known weaknesses; only scenarios of the same process can use them, and they run nothing but fixed harmless programs',
    );
}

export const nodeNameOption = () =>
  new Flag('--node-name <name>', 'name of this node, as Prometheus has it')
    .env('NODE_NAME')
    .default(hostname(), "the host's name");

/** Told where clusters have nodes of the same name; empty is not told. */
export const clusterOption = () =>
  new Flag('--cluster <name>', 'cluster of this node, as Prometheus has it')
    .env('KUBEVIGIL_CLUSTER')
    .argParser((text) => {
      if (text === '' || isClusterName(text)) return text;
      throw new InvalidArgumentError(`It ${CLUSTER_NAME}.`);
    });

/** Whom scenarios affect that are done by this program. */
export function ownSubject(
  { 'node-name': node, cluster = '' }: { readonly 'node-name': string; readonly cluster?: string },
  env: NodeJS.ProcessEnv,
): Subject {
  return {
    ...(cluster !== '' && { cluster }),
    node,
    namespace: env['POD_NAMESPACE'] ?? '',
    pod: env['POD_NAME'] ?? '',
  };
}

export function serveCommand(serve: (options: ServeOptions) => Promise<void>): Program {
  const command = new Program('serve')
    .description('Serve scenarios on request, a victim for them, and the ground truth as metrics.')
    .option(
      `${LISTEN_FLAG} <host:port>`,
      'where to listen; beyond loopback a token is needed',
      '127.0.0.1:24925',
    )
    .option('--web.config.file <file>', 'TLS, users and headers, reread when changed')
    .option(
      '--web.allowed-host <name>',
      'a name of the service besides its addresses, such as that of its Kubernetes Service; repeatable',
      (text, before: readonly string[]) => list(text.toLowerCase(), before),
      [],
    )
    .option(`${VICTIM_FLAG} <host:port>`, 'where the victim service listens', '127.0.0.1:24928')
    .option(
      `${HTTP2_FLAG} <host:port>`,
      'where the victim speaks HTTP/2 without TLS; port 0 is a free one',
      '127.0.0.1:0',
    )
    .option('--token-file <file>', `what requests must carry (else the environment's ${TOKEN_VARIABLE})`)
    .option('--episodes <file>', 'where the ground truth is written', 'episodes.csv')
    .addOption(
      new Flag('--scratch <folder>', 'where scenarios write for a while').default(tmpdir(), TEMPORARY),
    )
    .option('--max-running <n>', 'how many scenarios may be on at a time', count, 4)
    .addOption(nodeNameOption())
    .addOption(clusterOption());
  withLogOptions(withTargetOptions(command)).action((flags: Flags) => serve(readOptions(flags, process.env)));
  return command
    .allowExcessArguments(false)
    .example('kubevigil-scenarios serve', 'on loopback, without a token')
    .example(
      'kubevigil-scenarios serve --web.listen-address :24925 --token-file token',
      'for a campaign on another machine',
    );
}

/**
 * What the flags ask for.
 *
 * @throws {UsageError} an address that is none, or beyond loopback and without a token
 */
function readOptions(flags: Flags, env: NodeJS.ProcessEnv): ServeOptions {
  const listen = parseListenAddress(flags['web.listen-address'], LISTEN_FLAG);
  const token = readToken(flags['token-file'], env, TOKEN_VARIABLE);
  if (token === undefined && !isOwnAddress(listen)) {
    throw new UsageError(
      `${LISTEN_FLAG} ${flags['web.listen-address']} is not loopback: whoever reaches it could start attacks; say --token-file or ${TOKEN_VARIABLE}`,
    );
  }
  return {
    listen,
    victim: parseListenAddress(flags['victim.listen-address'], VICTIM_FLAG),
    victimHttp2: parseListenAddress(flags['victim.http2.listen-address'], HTTP2_FLAG),
    webConfigFile: flags['web.config.file'],
    token,
    allowedHosts: flags['web.allowed-host'],
    allowedTargets: flags['allowed-target'],
    victimLog: flags['victim.log'],
    victimAccessLog: flags['victim.access-log'],
    weakPages: flags['victim.weak-pages'] ?? false,
    episodes: resolve(flags.episodes),
    folder: resolve(flags.scratch),
    maxRunning: flags['max-running'],
    subject: ownSubject(flags, env),
    log: { level: flags['log.level'], format: flags['log.format'] },
  };
}
