/** Who asked the victim for what, as its access log has it: also what was refused, was no HTTP, or was given up. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { combinedLine } from './combined-line.ts';
import type { LogLine } from './victim-log.ts';

/** nginx's, for a client that did not wait for its answer. */
const GIVEN_UP = 499;
const METHOD_NOT_ALLOWED = 405;
/** What node:http answers by itself. */
const REFUSALS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
const BAD_REQUEST = 400;
const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
};

type Refused = Duplex & { readonly remoteAddress?: string; readonly bytesWritten?: number };

const header = (value: string | readonly string[] | undefined) =>
  typeof value === 'string' ? value : undefined;

/** What was sent of the body, as far as it was said beforehand. */
function bodyBytes(request: IncomingMessage, response: ServerResponse): number {
  if (request.method === 'HEAD' || !response.writableFinished) return 0;
  return Number(response.getHeader('content-length') ?? 0);
}

/** Answers what is no request, as node:http would without a listener; not in the middle of another answer. */
function refuse(socket: Refused, status: number): void {
  if (!socket.writable || socket.bytesWritten !== 0) socket.destroy();
  else socket.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\n\r\n`);
}

/** Writes a line for each request that the server is sent. */
export function logAccess(server: Server, log: LogLine): void {
  // Before those who answer: some requests never reach the shop.
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { remoteAddress } = request.socket;
    response.once('close', () =>
      log(
        combinedLine({
          remoteAddress,
          timeMs: Date.now(),
          request: `${request.method} ${request.url} HTTP/${request.httpVersion}`,
          status: response.writableFinished ? response.statusCode : GIVEN_UP,
          bytes: bodyBytes(request, response),
          referrer: header(request.headers.referer),
          userAgent: header(request.headers['user-agent']),
        }),
      ),
    );
  });
  const logRefused = (socket: Refused, request: string, status: number) =>
    log(
      combinedLine({
        remoteAddress: socket.remoteAddress,
        timeMs: Date.now(),
        request,
        status,
        bytes: 0,
        referrer: undefined,
        userAgent: undefined,
      }),
    );
  // What comes behind what was no request is none either.
  const refused = new WeakSet<Refused>();
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Refused) => {
    const { code = '', rawPacket } = error;
    if (refused.has(socket)) return;
    refused.add(socket);
    // A connection that broke asked for nothing.
    if (rawPacket !== undefined || code === 'ERR_HTTP_REQUEST_TIMEOUT') {
      const [firstLine = ''] = rawPacket?.toString('latin1').split(/\r?\n/, 1) ?? [];
      const status = REFUSALS[code] ?? BAD_REQUEST;
      logRefused(socket, firstLine, status);
      refuse(socket, status);
    } else socket.destroy();
  });
  // It is no proxy.
  server.on('connect', (request: IncomingMessage, socket: Refused) => {
    logRefused(socket, `${request.method} ${request.url} HTTP/${request.httpVersion}`, METHOD_NOT_ALLOWED);
    refuse(socket, METHOD_NOT_ALLOWED);
  });
}
