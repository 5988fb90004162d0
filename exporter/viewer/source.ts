import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../common/cli.ts';
import { messageOf } from '../../common/errors.ts';
import { excerpt } from '../../common/excerpt.ts';
import { request as requestHttp } from '../../common/web/node-http.ts';
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

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Heartbeats come every 15 s. */
const SILENCE_MS = 45_000;
/** Longer than any record. */
const MOST_LINE_CHARACTERS = 1_048_576;
/** Statuses that asking again may mend. */
const PASSING: readonly number[] = [429, 502, 503, 504];

/**
 * Where records are, from what a user writes: a page, a server, or a host and a port.
 *
 * @throws {UsageError} when it is no address of a server
 */
export function eventsUrl(text: string): URL {
  const written = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(written)) throw new UsageError(`${text} is no URL such as http://node-1:24924`);
  const url = new URL(written);
  if (url.pathname === '/') url.pathname = '/events';
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

function request(options: SourceOptions, lastId: string): Promise<IncomingMessage> {
  const { url, follow, tokenFile, caFile, signal } = options;
  const asked = new URL(url);
  asked.username = '';
  asked.password = '';
  if (!follow) asked.searchParams.set('follow', 'false');
  const token = tokenFile === undefined ? undefined : contentOf(tokenFile, '--token-file');
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const authorization =
    token === undefined
      ? login === ':'
        ? undefined
        : `Basic ${Buffer.from(login).toString('base64')}`
      : `Bearer ${token}`;
  const how: RequestOptions & { ca?: string } = {
    signal,
    agent: false,
    headers: {
      Accept: 'application/x-ndjson',
      ...(lastId !== '' && { 'Last-Event-ID': lastId }),
      ...(authorization !== undefined && { Authorization: authorization }),
    },
    ...(caFile !== undefined && { ca: contentOf(caFile, '--ca-file') }),
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(asked, how, resolve);
    sent.on('error', reject);
    sent.end();
    sent.setTimeout(SILENCE_MS, () =>
      sent.destroy(new Error('nothing came for a while, not even a heartbeat')),
    );
  });
}

/** What a server says that does not give records. */
async function refusalOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > 1_000) break;
  }
  return `${response.statusCode} ${excerpt(text)}`;
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<EventLine> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST_LINE_CHARACTERS) throw new Error('a line is longer than any record');
    for (const line of lines) {
      const parsed: unknown = line === '' ? undefined : JSON.parse(line);
      if (typeof parsed === 'object' && parsed !== null) yield parsed as EventLine;
    }
  }
}

/**
 * The lines of one agent: those that it holds, and with `follow` each new one, through restarts and lost connections, each record once.
 *
 * @throws {UsageError} when the agent refuses to give them
 * @throws {Error} without `follow`, when it cannot be read
 */
export async function* readEvents(options: SourceOptions): AsyncGenerator<EventLine> {
  const { url, follow, signal, warn } = options;
  const place = url.host;
  let [lastId, pauseMs, isAway] = ['', FIRST_PAUSE_MS, false];
  while (!signal.aborted) {
    try {
      const response = await request(options, lastId);
      const { statusCode = 0 } = response;
      if (statusCode !== 200) {
        const text = `${place} answers ${await refusalOf(response)}`;
        if (!PASSING.includes(statusCode)) throw new UsageError(text);
        throw new Error(text);
      }
      if (isAway) warn(`${place} is there again`);
      isAway = false;
      for await (const line of linesOf(response)) {
        pauseMs = FIRST_PAUSE_MS;
        if (line.id !== undefined) lastId = line.id;
        yield line;
      }
      if (!follow) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof UsageError) throw error;
      if (!follow) throw new Error(`${place} cannot be read: ${messageOf(error)}`, { cause: error });
      if (!isAway) warn(`${place} cannot be read (${messageOf(error)}); trying again`);
      isAway = true;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}
