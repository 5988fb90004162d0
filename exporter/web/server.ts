import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from '../../common/log.ts';
import { isOpenPage } from '../../common/web/open-pages.ts';
import { admit } from '../authorization/admit.ts';
import type { Authorize } from '../authorization/authorizer.ts';
import type { Scraper } from '../scrape/scrape.ts';
import { EVENTS_PATH, type EventsPage } from './events-page.ts';
import type { ExemplarOf, Family } from './exposition.ts';
import { landingPage } from './landing-page.ts';
import { metricsPages, TooManyPagesError } from './metrics-page.ts';
import { acceptsGzip, CONTENT_TYPES, negotiateFormat } from './negotiation.ts';
import { parsePageQuery } from './page-query.ts';
import { collectionDeadlineMs } from './scrape-timeout.ts';

export interface ServerOptions {
  readonly scraper: Scraper;
  /** Families that come with every page, beside the extractors'. */
  readonly extraFamilies: () => readonly Family[];
  /** Who decides on requests; without it everybody may. */
  readonly authorize?: Authorize | undefined;
  readonly telemetryPath: string;
  /** Exemplars of the counters of rules; without it there are none. */
  readonly exemplarOf?: ExemplarOf | undefined;
  /** Records of matches. */
  readonly events: EventsPage;
  readonly version: string;
  readonly node: string;
  readonly logger: Logger;
}

type Handler = (request: IncomingMessage, response: ServerResponse, query: string) => void | Promise<void>;

/** Path and query as the client sent them; it may also name the whole address, as it would to a proxy. */
function targetOf({ url = '/' }: IncomingMessage): { path: string; query: string } {
  const target = url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark) };
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', body.length);
  response.end(body);
}

function line(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain; charset=utf-8', Buffer.from(`${text}\n`));
}

function metricsHandler({ scraper, extraFamilies, exemplarOf }: ServerOptions): Handler {
  const pages = metricsPages(scraper, extraFamilies, exemplarOf);
  return async ({ headers, socket }, response, query) => {
    const asked = parsePageQuery(query, scraper.names);
    if ('refusal' in asked) {
      line(response, 400, asked.refusal);
      return;
    }
    const { only } = asked;
    const timeout = headers['x-prometheus-scrape-timeout-seconds'];
    const deadlineMs = collectionDeadlineMs([timeout].flat()[0]);
    const format = negotiateFormat(headers.accept);
    const gzip = acceptsGzip([headers['accept-encoding']].flat()[0]);
    const body = await pages({ deadlineMs, only, format, gzip }, socket.remoteAddress);
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    if (gzip) response.setHeader('Content-Encoding', 'gzip');
    send(response, 200, CONTENT_TYPES[format], body);
  };
}

function eventsHandler({ events }: ServerOptions): Handler {
  return (request, response, query) => {
    const refused = events.answer(request, response, query);
    if (refused !== undefined) line(response, refused.status, refused.text);
  };
}

/**
 * The exporter's HTTP interface: the metrics, records of matches, a landing page, and what a kubelet asks for. Errors are one line of
 * text. Six fixed paths need no framework, which would take a tenth of the agent's memory.
 */
export function createApp(options: ServerOptions): RequestListener {
  const { authorize, logger } = options;
  const landing = Buffer.from(landingPage(options));
  const pages = new Map<string, Handler>([
    ['/', (_, response) => send(response, 200, 'text/html; charset=utf-8', landing)],
    ['/-/healthy', (_, response) => line(response, 200, 'healthy')],
    ['/-/ready', (_, response) => line(response, 200, 'ready')],
    [options.telemetryPath, metricsHandler(options)],
    [EVENTS_PATH, eventsHandler(options)],
  ]);

  async function answer(request: IncomingMessage, response: ServerResponse, path: string, query: string) {
    const page = pages.get(path);
    if (page === undefined) {
      line(response, 404, 'not found');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      line(response, 405, 'method not allowed');
      return;
    }
    const isOpen = authorize === undefined || isOpenPage(request.method, path);
    if (isOpen || (await admit(authorize, path, request, response))) await page(request, response, query);
  }

  return (request, response) => {
    const { path, query } = targetOf(request);
    answer(request, response, path, query).catch((error: unknown) => {
      if (error instanceof TooManyPagesError) {
        response.setHeader('Retry-After', '1');
        line(response, 503, 'too many different pages are being made');
        return;
      }
      logger.error('Request failed', { path, error: String(error) });
      if (response.headersSent) response.destroy();
      else line(response, 500, 'internal error');
    });
  };
}
