import express, { type Application, type NextFunction, type Request, type Response } from 'express';
import type { Logger } from '../../common/log.ts';
import { Client } from '../../common/stream/client.ts';
import { encodingFor } from '../../common/stream/encoding.ts';
import type { Position } from '../../common/stream/position.ts';
import type { Ring } from '../../common/stream/ring.ts';
import { formatTime } from '../../common/times.ts';
import type { Hub } from './hub.ts';
import type { StreamMetrics } from './metrics.ts';
import type { GapRecord } from './records.ts';
import { startOf } from './resume.ts';

export interface ServerOptions {
  readonly ring: Ring;
  readonly hub: Hub;
  readonly metrics: StreamMetrics;
  readonly mostClients: number;
  readonly stallMs: number;
  readonly stepMs: number;
  /** Whether a step's rows are out, and none is late. */
  readonly isReady: () => boolean;
  readonly nowMs: () => number;
  readonly log: Logger;
}

const RETRY_SECONDS = '5';

function line(response: Response, status: number, text: string): void {
  response.status(status).type('text/plain').send(`${text}\n`);
}

/** What a reader is told that resumes from before the ring; rows of the step at which it was cut off may be missing too. */
function notHeld(after: Position, floor: Position, stepMs: number): GapRecord {
  const fromMs = Number.isFinite(after.number) ? after.timeMs - stepMs : after.timeMs;
  return {
    type: 'gap',
    reason: 'not_held',
    from: formatTime(fromMs),
    to: formatTime(floor.timeMs),
    message:
      'this stream does not hold those records (any more): build that time with kubevigil-builder build',
  };
}

function streamHandler(options: ServerOptions) {
  const { ring, hub, metrics, mostClients, stallMs, stepMs, nowMs } = options;
  return (request: Request, response: Response) => {
    const wanted = { lastEventId: request.get('last-event-id'), from: request.query['from'] };
    const start = startOf(wanted, ring.head, nowMs());
    if ('refusal' in start) {
      line(response, 400, start.refusal);
      return;
    }
    if (hub.size >= mostClients) {
      metrics.clientRefused();
      response.setHeader('Retry-After', RETRY_SECONDS);
      line(response, 503, `there are ${mostClients} readers already`);
      return;
    }
    const encoding = encodingFor(request.get('accept'));
    if (request.method === 'HEAD') {
      response.setHeader('Content-Type', encoding.contentType);
      response.end();
      return;
    }
    const lost = ring.hasLost(start);
    const client = new Client({ response, encoding, ring, after: lost ? ring.floor : start, stallMs });
    if (lost) {
      metrics.gap('not_held');
      client.pass(notHeld(start, ring.floor, stepMs));
    }
    hub.add(client);
  };
}

/** The stream's HTTP interface: the records, the stream's own metrics, and what a kubelet asks for. */
export function createApp(options: ServerOptions): Application {
  const { metrics, isReady, log } = options;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.get('/', (_, response) =>
    line(response, 200, 'kubevigil-builder stream: the rows at /stream, what it says of itself at /metrics'),
  );
  app.get('/stream', streamHandler(options));
  app.get('/metrics', async (_, response) => {
    response.setHeader('Content-Type', metrics.registry.contentType);
    response.end(await metrics.registry.metrics());
  });
  app.get('/-/healthy', (_, response) => line(response, 200, 'healthy'));
  app.get('/-/ready', (_, response) =>
    isReady() ? line(response, 200, 'ready') : line(response, 503, 'the newest step is not out yet'),
  );
  app.use((request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') {
      line(response, 404, 'not found');
      return;
    }
    response.setHeader('Allow', 'GET, HEAD');
    line(response, 405, 'method not allowed');
  });
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    log.error('request failed', { path: request.path, error: String(error) });
    if (response.headersSent) next(error);
    else line(response, 500, 'internal error');
  });
  return app;
}
