import { Agent as HttpAgent } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import axios, { type AxiosResponse } from 'axios';
import { BuilderError, messageOf, systemCode } from '../../common/errors.ts';
import { excerpt } from '../../common/excerpt.ts';
import { MS_PER_SECOND } from '../../common/ms.ts';
import type { PrometheusConfig } from '../config/schema.ts';
import { requestHeaders, tlsAgent } from './credentials.ts';
import { type AnswerBody, endingWhenSilent } from './wire/answer-body.ts';

/** An answer of any status, its body as it came. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** An answer of any status, its body still to come. */
export interface StreamedAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: AnswerBody;
}

/** `path` is below the server's URL; a body makes it a POST. */
interface HttpRequest {
  readonly path: string;
  readonly body?: Buffer | URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
}

type Send = (request: HttpRequest) => Promise<StreamedAnswer>;

export interface HttpClient {
  /**
   * Runs what asks and reads one answer. It is run again, from its beginning, when the server is busy, the line breaks,
   * or it throws `BrokenAnswer`.
   */
  exchange<T>(task: (send: Send) => Promise<T>): Promise<T>;
  /** Asks for a page that fits in memory. */
  ask(request: HttpRequest): Promise<Answer>;
}

/** What came is not all of the answer, or was changed on its way: asking again may help. */
export class BrokenAnswer extends BuilderError {
  constructor(message: string, options?: ErrorOptions) {
    super('response', message, options);
  }
}

/** The server asks to come back later. */
class Busy extends Error {
  readonly retryAfter: string | undefined;

  constructor(retryAfter: unknown) {
    super('busy');
    this.retryAfter = retryAfter === undefined ? undefined : String(retryAfter);
  }
}

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Pages about the server, of which the list of its targets is the longest. */
const LARGEST_PAGE_BYTES = 100_000_000;

const PASSING_STATUS = [429, 503];
const OWN_REFUSAL = /"errorType"\s*:\s*"(timeout|canceled|execution)"/;
const REFUSAL_BYTES = 65_536;
const PASSING_FAILURE = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'EAI_AGAIN'];
const NOT_THERE = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'];

/** A body, up to the piece with which it has so many bytes; what it had when it broke, and why it did. */
async function gathered(body: AnswerBody, enough: number): Promise<{ bytes: Buffer; broke?: unknown }> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of body) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= enough) break;
    }
  } catch (broke) {
    return { bytes: Buffer.concat(pieces), broke };
  }
  return { bytes: Buffer.concat(pieces) };
}

function bodyOf(bytes: Buffer): AnswerBody {
  async function* pieces(): AsyncGenerator<Buffer, void, void> {
    yield bytes;
  }
  return { [Symbol.asyncIterator]: pieces, destroy: () => undefined };
}

/**
 * How long to wait before the next attempt: what the server asks for, else twice as long each time.
 *
 * @internal exported for its own tests
 */
export function pauseMs(attempt: number, retryAfter: string | undefined, nowMs: number): number {
  const seconds = Number(retryAfter);
  const asked = Number.isFinite(seconds) ? seconds * MS_PER_SECOND : Date.parse(retryAfter ?? '') - nowMs;
  const wanted = Number.isFinite(asked) && retryAfter !== undefined ? asked : FIRST_PAUSE_MS * 2 ** attempt;
  return Math.min(Math.max(wanted, 0), LONGEST_PAUSE_MS);
}

/** The server as messages name it: without the credentials that a URL can hold. */
export function shownUrl(url: string): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href.replace(/\/$/, '');
}

/** Whether a server is on this machine, where no proxy leads. */
export function isOnThisMachine(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}

function connectionError(error: unknown, url: string): BuilderError {
  const code = systemCode(error);
  const hint =
    code?.includes('CERT') || code?.startsWith('ERR_TLS') ? ': see prometheus.tls in the config' : '';
  const message = `no Prometheus at ${url} (${code ?? messageOf(error)})${hint || ': start it, or say --prometheus URL'}`;
  return new BuilderError('unreachable', message, { cause: error });
}

/** Whether the same request can succeed a moment later: a server that answered before may be restarting. */
function isPassing(error: unknown, answeredBefore: boolean): boolean {
  const code = systemCode(error) ?? '';
  return PASSING_FAILURE.includes(code) || (answeredBefore && NOT_THERE.includes(code));
}

/**
 * Reads a body to its end.
 *
 * @throws {BrokenAnswer} when it ends or breaks off too early
 */
export async function collect({ status, contentType, body }: StreamedAnswer, url: string): Promise<Answer> {
  const { bytes, broke } = await gathered(body, LARGEST_PAGE_BYTES + 1);
  if (broke !== undefined)
    throw new BrokenAnswer(`${url} does not answer to the end: ${excerpt(messageOf(broke))}`, {
      cause: broke,
    });
  if (bytes.length <= LARGEST_PAGE_BYTES) return { status, contentType, body: bytes };
  throw new BuilderError('response', `${url} answers more than ${LARGEST_PAGE_BYTES} bytes`);
}

/**
 * A client of one server. Answers come without compression, which would cost the server ten times its CPU; 429 and 503
 * (unless it is about the query itself), and broken connections, are tried again a few times.
 */
export function httpClient(config: PrometheusConfig, signal: AbortSignal, attempts = ATTEMPTS): HttpClient {
  const url = shownUrl(config.url);
  const client = axios.create({
    baseURL: config.url.replace(/\/$/, ''),
    headers: { ...requestHeaders(config), 'Accept-Encoding': 'identity', Accept: 'application/json' },
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: tlsAgent(config),
    maxContentLength: -1,
    maxRedirects: 0,
    responseType: 'stream',
    signal,
    timeout: config.timeout,
    validateStatus: () => true,
    ...(isOnThisMachine(config.url) && { proxy: false as const }),
  });
  let answeredBefore = false;

  /** Sends once; the last attempt's refusal is an answer like any other. */
  async function send(
    { path, body: data, headers: own }: HttpRequest,
    last: boolean,
  ): Promise<StreamedAnswer> {
    const method = data === undefined ? 'GET' : 'POST';
    const response: AxiosResponse<Readable> = await client.request({
      url: path,
      method,
      ...(data !== undefined && { data }),
      headers: { ...own },
    });
    answeredBefore = true;
    const { status, headers, data: body } = response;
    const contentType = String(headers['content-type'] ?? '');
    const answer = { status, contentType, headers, body: endingWhenSilent(body, config.timeout) };
    if (last || !PASSING_STATUS.includes(status)) return answer;
    if (status === 503 && contentType.includes('json')) {
      // What broke off is a refusal all the same.
      const { bytes: refusal } = await gathered(answer.body, REFUSAL_BYTES);
      // The query itself takes too long: less of it may do, and the same again will not.
      if (OWN_REFUSAL.test(refusal.toString())) return { ...answer, body: bodyOf(refusal) };
    }
    body.destroy();
    throw new Busy(headers['retry-after']);
  }

  async function exchange<T>(task: (send: Send) => Promise<T>): Promise<T> {
    for (let tried = 0; ; tried++) {
      const last = tried + 1 === attempts;
      let retryAfter: string | undefined;
      try {
        return await task((request) => send(request, last));
      } catch (error) {
        if (signal.aborted) throw new BuilderError('interrupted', 'interrupted', { cause: error });
        if (error instanceof Busy) retryAfter = error.retryAfter;
        else if (error instanceof BuilderError) {
          if (last || !(error instanceof BrokenAnswer)) throw error;
        } else if (!axios.isAxiosError(error)) throw error;
        else if (last || !isPassing(error, answeredBefore)) throw connectionError(error, url);
      }
      await sleep(pauseMs(tried, retryAfter, Date.now()), undefined, { signal }).catch((error) => {
        throw new BuilderError('interrupted', 'interrupted', { cause: error });
      });
    }
  }

  return {
    exchange,
    ask: (request) => exchange(async (send) => collect(await send(request), url)),
  };
}
