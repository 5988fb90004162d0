/** One answer of a server that gives lines for as long as it is read. */
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { excerpt } from '../excerpt.ts';
import { request as requestHttp } from '../web/node-http.ts';

export interface AnswerOptions {
  readonly url: URL;
  /** Sent as `Authorization`; asked for at each connection, as tokens are replaced. */
  readonly authorization: () => string | undefined;
  /** Authority of the server's certificate, PEM. */
  readonly ca?: (() => string | undefined) | undefined;
  readonly signal: AbortSignal;
}

/** The server gives something else than lines. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;
  /** The beginning of what it gives instead. */
  readonly text: string;

  constructor(status: number, text: string) {
    super(`it answers ${status}${text === '' ? '' : `: ${text}`}`);
    this.status = status;
    this.text = text;
  }
}

/** Heartbeats come each 15 seconds: a connection that is silent for longer is dead. */
const SILENCE_MS = 45_000;
const OK = 200;
const MOST_REFUSAL_CHARACTERS = 1_000;

async function refusalOf(response: IncomingMessage): Promise<RefusedError> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MOST_REFUSAL_CHARACTERS) break;
  }
  return new RefusedError(response.statusCode ?? 0, excerpt(text));
}

/**
 * Asks for lines; a redirect is none, since it would carry the secret to whom it was not given.
 *
 * @param lastId position after which to resume
 * @throws {RefusedError} for any other status than 200
 * @throws {Error} when the server cannot be reached, or falls silent while it is read
 */
export async function answerOf(
  { url, authorization, ca, signal }: AnswerOptions,
  lastId: string | undefined,
): Promise<IncomingMessage> {
  const [secret, authority] = [authorization(), ca?.()];
  const how: RequestOptions & { ca?: string } = {
    signal,
    agent: false,
    headers: {
      Accept: 'application/x-ndjson',
      ...(lastId !== undefined && { 'Last-Event-ID': lastId }),
      ...(secret !== undefined && { Authorization: secret }),
    },
    ...(authority !== undefined && { ca: authority }),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(url, how, resolve);
    sent.on('error', reject);
    sent.end();
    sent.setTimeout(SILENCE_MS, () =>
      sent.destroy(new Error('nothing came for a while, not even a heartbeat')),
    );
  });
  if (response.statusCode !== OK) throw await refusalOf(response);
  return response;
}
