import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../common/cli.ts';
import { firstLineOf } from '../../common/errors.ts';
import { pageUrl, takeLogin } from '../../common/follow/address.ts';
import type { LogFormat, LogLevel } from '../../common/log.ts';
import type { LogFlags } from '../../common/log-flags.ts';
import { isOwnAddress } from '../../common/web/gate.ts';
import { type ListenAddress, parseListenAddress } from '../../common/web/listen-address.ts';
import { readToken } from '../../common/web/token.ts';
import type { EvidencePlace } from '../evidence/sources.ts';

export const LISTEN_FLAG = '--web.listen-address';
export const TOKEN_VARIABLE = 'KUBEVIGIL_DETECTOR_TOKEN';

export interface ServeOptions {
  readonly model: string;
  /** A second model that is tried beside it. */
  readonly shadow: string | undefined;
  readonly stream: URL;
  /** What is sent to the stream; read again at each connection. */
  readonly authorization: () => string | undefined;
  /** Where records of matches are. */
  readonly events: readonly EvidencePlace[];
  readonly listen: ListenAddress;
  readonly webConfigFile: string | undefined;
  readonly token: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly verdictsFile: string;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
}

export interface ServeFlags extends LogFlags {
  readonly model: string;
  readonly shadow?: string;
  readonly stream: string;
  readonly 'stream.token-file'?: string;
  readonly events: readonly string[];
  readonly 'events.token-file'?: string;
  readonly 'web.listen-address': string;
  readonly 'web.config.file'?: string;
  readonly 'web.allowed-host': readonly string[];
  readonly 'token-file'?: string;
  readonly verdicts: string;
}

/** @throws {UsageError} for what is no address of a stream */
function parseStream(text: string): URL {
  const url = pageUrl(text, '/stream');
  if (url !== undefined) return url;
  throw new UsageError(`--stream ${text}: say an address such as http://127.0.0.1:24926/stream`);
}

/** An exporter's page, or a file that one writes. */
function parsePlace(text: string, tokenFile: string | undefined): EvidencePlace {
  const url = pageUrl(text, '/events');
  if (url !== undefined)
    return { authorization: authorizationOf(url, tokenFile, '--events.token-file'), url };
  if (text === '' || /^[a-z][a-z\d+.-]*:\/\//i.test(text))
    throw new UsageError(
      `--events ${text}: say an exporter such as http://node-1:24924, or a file of records`,
    );
  return { file: resolve(text) };
}

/** Who we are to a server: the address' user and password, or the token of a file. */
function authorizationOf(url: URL, tokenFile: string | undefined, flag: string): () => string | undefined {
  const login = takeLogin(url);
  if (tokenFile !== undefined) {
    const read = () => `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`;
    try {
      read();
    } catch (cause) {
      throw new UsageError(`${flag} ${tokenFile}: ${firstLineOf(cause)}`, { cause });
    }
    return read;
  }
  return () => login;
}

/**
 * What the flags ask for.
 *
 * @throws {UsageError} an address that is none, or one beyond loopback without anybody being asked who he is
 */
export function serveOptions(flags: ServeFlags, env: NodeJS.ProcessEnv): ServeOptions {
  const listen = parseListenAddress(flags['web.listen-address'], LISTEN_FLAG);
  const token = readToken(flags['token-file'], env, TOKEN_VARIABLE);
  const webConfigFile = flags['web.config.file'];
  if (token === undefined && webConfigFile === undefined && !isOwnAddress(listen))
    throw new UsageError(
      `${LISTEN_FLAG} ${flags['web.listen-address']} is not loopback: whoever reaches it could write verdicts; say --token-file, ${TOKEN_VARIABLE} or --web.config.file`,
    );
  const stream = parseStream(flags.stream);
  return {
    model: flags.model,
    shadow: flags.shadow,
    authorization: authorizationOf(stream, flags['stream.token-file'], '--stream.token-file'),
    stream,
    events: flags.events.map((text) => parsePlace(text, flags['events.token-file'])),
    listen,
    webConfigFile,
    token,
    allowedHosts: flags['web.allowed-host'],
    verdictsFile: resolve(flags.verdicts),
    log: { level: flags['log.level'], format: flags['log.format'] },
  };
}
