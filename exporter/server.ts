import { gzipSync } from 'node:zlib';
import express, { type Application, type NextFunction, type Request, type Response } from 'express';
import type { Logger } from '../common/log.ts';
import { type Family, familiesOf, renderExposition } from './exposition.ts';
import { landingPage } from './landing-page.ts';
import { acceptsGzip, CONTENT_TYPES, negotiateFormat } from './negotiation.ts';
import type { Scraper } from './scrape.ts';
import { collectionDeadlineMs } from './scrape-timeout.ts';

export interface ServerOptions {
  readonly scraper: Scraper;
  /** Families that come with every page, beside the extractors'. */
  readonly extraFamilies: () => readonly Family[];
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
  return async (request: Request, response: Response) => {
    const only = collectFilter(request.query);
    const unknown = [...(only ?? [])].filter((name) => !scraper.names.includes(name));
    if (unknown.length > 0) {
      line(response, 400, `no such extractor, or not enabled: ${JSON.stringify(unknown[0])}`);
      return;
    }
    const deadlineMs = collectionDeadlineMs(request.get('x-prometheus-scrape-timeout-seconds'));
    const samples = await scraper.scrape(deadlineMs, only);
    const format = negotiateFormat(request.get('accept'));
    const text = await renderExposition([...familiesOf(samples), ...extraFamilies()], format);
    response.setHeader('Content-Type', CONTENT_TYPES[format]);
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    if (acceptsGzip(request.get('accept-encoding'))) {
      response.setHeader('Content-Encoding', 'gzip');
      // Not in libuv's thread pool: a mount that hangs may have taken it.
      response.end(gzipSync(text));
    } else {
      response.end(text);
    }
  };
}

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
  app.use((request, response) => {
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
    return page(request, response);
  });
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    options.logger.error('Request failed', { path: request.path, error: String(error) });
    if (response.headersSent) next(error);
    else line(response, 500, 'internal error');
  });
  return app;
}
