import { Agent as HttpAgent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import axios, { type AxiosResponse } from 'axios';
import type { PrometheusConfig } from './config-schema.ts';
import { requestHeaders, tlsAgent } from './credentials.ts';
import { BuilderError, messageOf, systemCode } from './errors.ts';

/** An answer of any status, its body as it came. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Asks the server; `path` is below its URL. The parameters go in the body, or without `post` in the address. */
export type Ask = (path: string, parameters: URLSearchParams, method: 'GET' | 'POST') => Promise<Answer>;

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const MS_PER_SECOND = 1000;
/** JSON larger than this cannot be held as one string; the caller asks for less. */
const LARGEST_ANSWER_BYTES = 400_000_000;

const PASSING_STATUS = [429, 503];
const PASSING_FAILURE = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'EAI_AGAIN'];
const NOT_THERE = ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'];

/** How long to wait before the next attempt: what the server asks for, else twice as long each time. */
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

function isLoopback(url: string): boolean {
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
 * A client of one server. Requests are POSTs without compression, which would cost the server ten times its CPU;
 * 429 and 503 (without a JSON body of Prometheus' own), and broken connections, are tried again a few times.
 */
export function httpClient(config: PrometheusConfig, signal: AbortSignal, attempts = ATTEMPTS): Ask {
  const url = shownUrl(config.url);
  const client = axios.create({
    baseURL: config.url.replace(/\/$/, ''),
    headers: { ...requestHeaders(config), 'Accept-Encoding': 'identity', Accept: 'application/json' },
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: tlsAgent(config),
    maxContentLength: LARGEST_ANSWER_BYTES,
    maxRedirects: 0,
    responseType: 'arraybuffer',
    signal,
    timeout: config.timeout,
    validateStatus: () => true,
    ...(isLoopback(config.url) && { proxy: false as const }),
  });
  let answeredBefore = false;

  async function attempt(path: string, parameters: URLSearchParams, method: 'GET' | 'POST') {
    const response: AxiosResponse<Buffer> =
      method === 'POST'
        ? await client.post(path, parameters)
        : await client.get(path, { params: parameters });
    answeredBefore = true;
    return response;
  }

  return async (path, parameters, method) => {
    for (let tried = 0; ; tried++) {
      const last = tried + 1 === attempts;
      let retryAfter: string | undefined;
      try {
        const { status, headers, data } = await attempt(path, parameters, method);
        const contentType = String(headers['content-type'] ?? '');
        const isOwnAnswer = status === 503 && contentType.includes('json');
        if (last || isOwnAnswer || !PASSING_STATUS.includes(status))
          return { status, contentType, body: data };
        retryAfter = headers['retry-after'] as string | undefined;
      } catch (error) {
        if (signal.aborted) throw new BuilderError('interrupted', 'interrupted', { cause: error });
        if (messageOf(error).includes('maxContentLength'))
          return { status: 413, contentType: '', body: Buffer.alloc(0) };
        if (last || !isPassing(error, answeredBefore)) throw connectionError(error, url);
      }
      await sleep(pauseMs(tried, retryAfter, Date.now()), undefined, { signal }).catch((error) => {
        throw new BuilderError('interrupted', 'interrupted', { cause: error });
      });
    }
  };
}
