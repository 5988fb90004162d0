/**
 * The shop's pages over HTTP/2 without TLS, as behind a proxy, from a port of its own: what express makes of requests are those of HTTP/1.1.
 *
 * Bounds: so many connections, streams of a connection at a time, bytes of headers, and costly pages in the making; nghttp2 itself closes a
 * connection that resets more than 1,000 streams in a burst and 33 per second after that.
 */
import {
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { bind } from '../../common/web/bind.ts';
import type { ListenAddress } from '../../common/web/listen-address.ts';
import { combinedLine } from './combined-line.ts';
import { costlyText, pageText } from './shop-pages.ts';
import type { LogLine } from './victim-log.ts';

const MOST_SESSIONS = 64;
const MOST_STREAMS = 100;
const MOST_HEADER_BYTES = 16 * 1024;
/** Megabytes, as node:http2 counts them. */
const MOST_SESSION_MEMORY = 1;
/** A stream that was reset is made all the same, which is what a rapid reset lives on. */
const MOST_COSTLY = 64;
const IDLE_MS = 30_000;
const GIVEN_UP = 499;
const PAGES = /^\/(?:|items\/[^/]+|search)$/;

type Page = readonly [status: number, body: string];

/** Writes a line when the stream ends, whoever ended it. */
function logStream(log: LogLine, stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  // Not known any more when its connection is gone.
  const remoteAddress = stream.session?.socket.remoteAddress;
  stream.once('close', () => {
    const isAnswered = stream.rstCode === constants.NGHTTP2_NO_ERROR && stream.sentHeaders !== undefined;
    const { ':status': status = GIVEN_UP, 'content-length': bytes = 0 } = isAnswered
      ? stream.sentHeaders
      : {};
    log(
      combinedLine({
        remoteAddress,
        timeMs: Date.now(),
        request: `${headers[':method']} ${headers[':path']} HTTP/2.0`,
        status: Number(status),
        bytes: Number(bytes),
        referrer: headers.referer,
        userAgent: headers['user-agent'],
      }),
    );
  });
}

/** Makes pages: status and body. */
function pageMaker(): (headers: IncomingHttpHeaders) => Promise<Page> {
  let costly = 0;
  return async ({ ':method': method, ':path': target = '' }) => {
    const [path = ''] = target.split('?', 1);
    if (method !== 'GET') return [405, ''];
    if (PAGES.test(path)) return [200, pageText(path)];
    if (path !== '/work') return [404, ''];
    if (costly >= MOST_COSTLY) return [503, ''];
    costly++;
    try {
      return [200, await costlyText()];
    } finally {
      costly--;
    }
  };
}

export interface Http2Shop {
  /** `host:port` */
  readonly address: string;
  /** Stops at once. */
  close(): Promise<void>;
}

/**
 * Serves the pages, until it is closed.
 *
 * @param log receives the access log
 * @throws {UsageError} when the address cannot be had
 */
export async function openHttp2Shop(at: ListenAddress, flag: string, log: LogLine): Promise<Http2Shop> {
  const makePage = pageMaker();
  const server = createServer({
    maxSessionMemory: MOST_SESSION_MEMORY,
    settings: { maxConcurrentStreams: MOST_STREAMS, maxHeaderListSize: MOST_HEADER_BYTES, enablePush: false },
  });
  server.maxConnections = MOST_SESSIONS;
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.setTimeout(IDLE_MS, () => session.destroy());
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', async (stream, headers) => {
    logStream(log, stream, headers);
    stream.on('error', () => {}); // its client is gone, or broke the protocol
    stream.resume();
    const [status, body] = await makePage(headers);
    if (stream.closed || stream.destroyed) return;
    const bytes = Buffer.byteLength(body);
    stream.respond({
      ':status': status,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': bytes,
    });
    stream.end(body);
  });
  const address = await bind(server, at, flag);
  return {
    address,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}
