import express, { type Application, type NextFunction, type Request, type Response } from 'express';
import type { Logger } from '../common/log.ts';
import { admit } from './authorization/admit.ts';
import type { Authorize } from './authorization/decision.ts';
import type { Family } from './exposition.ts';
import { landingPage } from './landing-page.ts';
import { metricsPages } from './metrics-page.ts';
import { acceptsGzip, CONTENT_TYPES, negotiateFormat } from './negotiation.ts';
import type { Scraper } from './scrape.ts';
import { collectionDeadlineMs } from './scrape-timeout.ts';

export interface ServerOptions {
  readonly scraper: Scraper;
  /** Families that come with every page, beside the extractors'. */
  readonly extraFamilies: () => readonly Family[];
  /** Who decides on requests; without it everybody may. */
  readonly authorize?: Authorize | undefined;
  readonly telemetryPath: string;
  readonly version: string;
  readonly node: string;
  readonly logger: Logger;
}

/** The names in `collect[]=a&collect[]=b`; undefined when there are none. */
function collectFilter(query: Request['query']): ReadonlySet<string> | undefined {
  const values = query['collect[]'];
  if (values === undefined) return undefined;
  return new Set([values].flat().map(String));
}

function line(response: Response, status: number, text: string): void {
  response.status(status).type('text/plain').send(`${text}\n`);
}

function metricsHandler({ scraper, extraFamilies }: ServerOptions) {
  const pages = metricsPages(scraper, extraFamilies);
  return async (request: Request, response: Response) => {
    const only = collectFilter(request.query);
    const unknown = [...(only ?? [])].filter((name) => !scraper.names.includes(name));
    if (unknown.length > 0) {
      line(response, 400, `no such extractor, or not enabled: ${JSON.stringify(unknown[0])}`);
      return;
    }
    const deadlineMs = collectionDeadlineMs(request.get('x-prometheus-scrape-timeout-seconds'));
    const format = negotiateFormat(request.get('accept'));
    const gzip = acceptsGzip(request.get('accept-encoding'));
    const body = await pages({ deadlineMs, only, format, gzip });
    response.setHeader('Content-Type', CONTENT_TYPES[format]);
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    if (gzip) response.setHeader('Content-Encoding', 'gzip');
    response.setHeader('Content-Length', body.length);
    response.end(body);
  };
}

/** What a kubelet asks for, which has no token: they say nothing about the node. */
const OPEN_PAGES: readonly string[] = ['/-/healthy', '/-/ready'];

/**
 * The exporter's HTTP interface: the metrics, a landing page, and what a kubelet asks for. Errors are one line of
 * text.
 */
export function createApp(options: ServerOptions): Application {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  const pages = new Map<string, (request: Request, response: Response) => void | Promise<void>>([
    ['/', (_, response) => void response.type('html').send(landingPage(options))],
    ['/-/healthy', (_, response) => line(response, 200, 'healthy')],
    ['/-/ready', (_, response) => line(response, 200, 'ready')],
    [options.telemetryPath, metricsHandler(options)],
  ]);
  const { authorize } = options;
  app.use(async (request, response) => {
    const page = pages.get(request.path);
    if (page === undefined) {
      line(response, 404, 'not found');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      line(response, 405, 'method not allowed');
      return;
    }
    const isOpen = authorize === undefined || OPEN_PAGES.includes(request.path);
    if (isOpen || (await admit(authorize, request.path, request, response))) await page(request, response);
  });
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    options.logger.error('Request failed', { path: request.path, error: String(error) });
    if (response.headersSent) next(error);
    else line(response, 500, 'internal error');
  });
  return app;
}
