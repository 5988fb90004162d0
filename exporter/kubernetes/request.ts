import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { packageVersion } from '../../common/version.ts';
import { request as httpRequest } from '../../common/web/node-http.ts';
import type { ApiAccess } from './api-access.ts';
import { KubernetesError, statusError } from './errors.ts';

/** A page of pods is one or two MB; what is much more is no answer that we asked for. */
const MAX_BODY_BYTES = 32 << 20;
/** What is read of an error's body. */
const MAX_STATUS_BYTES = 64 << 10;
const MAX_RETRY_AFTER_S = 300;

export interface ApiRequest {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON by POST; without it a GET. */
  readonly body?: object;
  /** Until the headers are there. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const USER_AGENT = `kubevigil-exporter/${packageVersion()}`;

async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new KubernetesError('malformed', 'the API server answered too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function errorOf(response: IncomingMessage): Promise<KubernetesError> {
  const seconds = Number(response.headers['retry-after']);
  const retryAfterMs = seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER_S) * 1_000 : 0;
  const text = await readText(response, MAX_STATUS_BYTES).catch(() => '');
  let message = text.slice(0, 200);
  try {
    message = String((JSON.parse(text) as { message?: unknown }).message ?? message);
  } catch {
    // A proxy's page, not a Status: its beginning says as much as there is to say.
  }
  return statusError(response.statusCode ?? 0, message.replace(/\s+/g, ' ').trim(), retryAfterMs);
}

/**
 * Sends a request and waits for the headers of a 2xx.
 *
 * @throws {KubernetesError}
 */
export async function send(access: ApiAccess, request: ApiRequest): Promise<IncomingMessage> {
  const url = new URL(access.server + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  const { headers, ...options } = await access.requestOptions();
  const body = request.body && JSON.stringify(request.body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, {
      ...options,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...headers,
        Accept: 'application/json',
        'User-Agent': USER_AGENT,
        ...(body !== undefined && {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
        }),
      },
      ...(request.signal && { signal: request.signal }),
    });
    const timer = setTimeout(
      () => outgoing.destroy(new Error('it did not answer in time')),
      request.timeoutMs,
    );
    outgoing.once('response', resolve).once('close', () => clearTimeout(timer));
    outgoing.once('response', () => clearTimeout(timer));
    outgoing.on('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code ?? cause.message;
      reject(new KubernetesError('unreachable', `the API server cannot be reached: ${reason}`, { cause }));
    });
    outgoing.end(body);
  });
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw await errorOf(response);
  return response;
}

/**
 * Sends a request and reads the answer as JSON, all of it within the request's time.
 *
 * @throws {KubernetesError}
 */
export async function sendForJson(access: ApiAccess, request: ApiRequest): Promise<unknown> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), request.timeoutMs);
  const stop = () => controller.abort();
  request.signal?.addEventListener('abort', stop, { once: true });
  try {
    const response = await send(access, { ...request, signal: controller.signal });
    return JSON.parse(await readText(response, MAX_BODY_BYTES));
  } catch (cause) {
    if (cause instanceof KubernetesError) throw cause;
    if (cause instanceof SyntaxError) {
      throw new KubernetesError('malformed', `the API server's answer is no JSON: ${cause.message}`, {
        cause,
      });
    }
    throw new KubernetesError('unreachable', `the API server's answer broke off: ${String(cause)}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', stop);
  }
}
