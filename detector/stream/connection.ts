/** Reads a stream of rows for as long as it is wanted: whatever cuts it, it is read on after the last record. */
import { setTimeout as sleep } from 'node:timers/promises';
import { firstLineOf } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import { type Line, LineCutter } from '../../common/stream/lines.ts';

export interface ConnectionOptions {
  readonly url: URL;
  /** Sent as `Authorization`; asked for at each connection, as a token may be replaced. */
  readonly authorization: () => string | undefined;
  /** Each line as it comes; tells the position after it, if it has one. */
  readonly take: (line: Line) => Promise<string | undefined>;
  readonly onConnected: (isConnected: boolean) => void;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Heartbeats come each 15 seconds: a connection that is silent for longer is dead. */
const SILENCE_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A row of 2,000 columns has some 100 KB. */
const LONGEST_LINE = 1 << 20;
const BAD_REQUEST = 400;

/** The server refuses what it is asked for. */
class RefusedError extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(`it answers ${status}: ${text}`);
    this.status = status;
  }
}

async function* chunksOf(response: Response, onLife: () => void): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  for await (const bytes of response.body) {
    onLife();
    yield bytes as Uint8Array;
  }
}

/** The beginning of an answer that is not wanted. */
async function textOf(response: Response): Promise<string> {
  const cutter = new LineCutter(1_000);
  for await (const bytes of chunksOf(response, () => {})) {
    const [first] = cutter.cut(Buffer.concat([bytes, Buffer.from('\n')]));
    return first === undefined || first === 'too long' ? '' : first.text.slice(0, 200);
  }
  return '';
}

/** One connection, until it ends: its lines. */
async function readOnce(options: ConnectionOptions, lastId: string | undefined, onId: (id: string) => void) {
  const { url, authorization, take, onConnected, signal } = options;
  const controller = new AbortController();
  const end = () => controller.abort();
  signal.addEventListener('abort', end, { once: true });
  let watchdog: NodeJS.Timeout | undefined;
  const live = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => controller.abort(new Error('it is silent for too long')), SILENCE_MS);
  };
  live();
  try {
    const secret = authorization();
    const headers = {
      Accept: 'application/x-ndjson',
      ...(secret !== undefined && { Authorization: secret }),
      ...(lastId !== undefined && { 'Last-Event-ID': lastId }),
    };
    // A redirect would carry the secret to whom it was not given.
    const response = await fetch(url, { headers, signal: controller.signal, redirect: 'error' });
    if (!response.ok) throw new RefusedError(response.status, await textOf(response));
    onConnected(true);
    const cutter = new LineCutter(LONGEST_LINE);
    for await (const bytes of chunksOf(response, live)) {
      for (const line of cutter.cut(bytes)) {
        const id = await take(line);
        if (id !== undefined) onId(id);
      }
    }
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener('abort', end);
    onConnected(false);
    controller.abort();
  }
}

/** Reads until the signal; tells of each new reason once why it cannot. */
export async function readStream(options: ConnectionOptions): Promise<void> {
  const { log, signal, url } = options;
  let lastId: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let told: string | undefined;
  while (!signal.aborted) {
    let reason = 'it ended';
    try {
      await readOnce(options, lastId, (id) => {
        lastId = id;
        pauseMs = FIRST_PAUSE_MS;
        told = undefined;
      });
    } catch (error) {
      if (signal.aborted) return;
      reason = firstLineOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
      // Another stream than before, to which the position means nothing.
      if (error instanceof RefusedError && error.status === BAD_REQUEST) lastId = undefined;
    }
    if (reason !== told)
      log.warn('The stream cannot be read; it is tried again', { url: url.origin, reason });
    told = reason;
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}
