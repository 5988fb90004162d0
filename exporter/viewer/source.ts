import { readFileSync } from 'node:fs';
import { UsageError } from '../../common/cli.ts';
import { messageOf } from '../../common/errors.ts';
import { pageUrl, takeLogin } from '../../common/follow/address.ts';
import { RefusedError } from '../../common/follow/answer.ts';
import { followLines } from '../../common/follow/follow.ts';
import type { EventLine } from './wanted.ts';

/** An agent whose records are read. */
export interface SourceOptions {
  /** With its path, such as `http://node-1:24924/events`. */
  readonly url: URL;
  readonly follow: boolean;
  /** Read anew for each request, as tokens of Kubernetes are replaced. */
  readonly tokenFile: string | undefined;
  readonly caFile: string | undefined;
  readonly signal: AbortSignal;
  /** Told when it cannot be read, and when it can again. */
  readonly warn: (text: string) => void;
}

/** Statuses that asking again may mend. */
const PASSING: readonly number[] = [429, 502, 503, 504];

/**
 * Where records are, from what a user writes: a page, a server, or a host and a port.
 *
 * @throws {UsageError} when it is no address of a server
 */
export function eventsUrl(text: string): URL {
  const written = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  const url = pageUrl(written, '/events');
  if (url === undefined) throw new UsageError(`${text} is no URL such as http://node-1:24924`);
  return url;
}

/** A file that the user names. */
function contentOf(file: string, flag: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new UsageError(`${flag} ${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** Who asks: the token of a file, or the address' user and password, which are taken out of it. */
function authorizationOf(url: URL, tokenFile: string | undefined): () => string | undefined {
  const login = takeLogin(url);
  return () => (tokenFile === undefined ? login : `Bearer ${contentOf(tokenFile, '--token-file')}`);
}

/** Whether the agent itself refuses, or the user's files are not there: asking again mends neither. */
function isFinal(error: unknown): boolean {
  if (error instanceof RefusedError) return !PASSING.includes(error.status);
  return error instanceof UsageError;
}

/**
 * Reads the lines of one agent: those that it holds, and with `follow` each new one, through restarts and lost connections, each record once.
 *
 * @param take is given each line
 * @throws {UsageError} when the agent refuses to give them
 * @throws {Error} without `follow`, when it cannot be read
 */
export async function readEvents(
  { url: written, follow, tokenFile, caFile, signal, warn }: SourceOptions,
  take: (line: EventLine) => Promise<void> | void,
): Promise<void> {
  const url = new URL(written);
  const place = url.host;
  const authorization = authorizationOf(url, tokenFile);
  if (!follow) url.searchParams.set('follow', 'false');
  let isAway = false;
  try {
    await followLines({
      ...{ url, authorization, signal, isFinal, once: !follow },
      ca: () => (caFile === undefined ? undefined : contentOf(caFile, '--ca-file')),
      async take(line) {
        if (line === 'too long') throw new Error('a line is longer than any record');
        const parsed: unknown = line.text === '' ? undefined : JSON.parse(line.text);
        if (typeof parsed !== 'object' || parsed === null) return undefined;
        await take(parsed as EventLine);
        return (parsed as EventLine).id;
      },
      onConnected() {
        if (isAway) warn(`${place} is there again`);
        isAway = false;
      },
      onLost(reason) {
        // One that ends its answer in order is asked again, and missed only when it is not there.
        if (reason === undefined) return;
        if (!isAway) warn(`${place} cannot be read (${reason}); trying again`);
        isAway = true;
      },
    });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof RefusedError && isFinal(error))
      throw new UsageError(`${place} answers ${error.status} ${error.text}`, { cause: error });
    throw new Error(`${place} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
