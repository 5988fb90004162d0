/** The service that suffers: a small shop that behaves normally, with a login, something costly, and an upload. */
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import { costlyText, pageText } from './shop-pages.ts';
import { type LogLine, standardOutput } from './victim-log.ts';

const LARGEST_FORM = '4kb';
const SHOWN_NAME = 64;

interface Credentials {
  readonly user?: unknown;
  readonly password?: unknown;
}

/** What somebody else wrote, as one word of a log line. */
function quoted(value: unknown): string {
  return JSON.stringify(String(value).slice(0, SHOWN_NAME));
}

function page(request: Request, response: Response): void {
  response.type('text/plain').send(pageText(request.path));
}

async function costly(_: Request, response: Response): Promise<void> {
  response.type('text/plain').send(await costlyText());
}

/**
 * The shop: `/`, `/items/<n>` and `/search` are pages, `/work` is a costly one, `POST /login` {user, password} knows only
 * `guest` with `guest`, and `POST /upload` throws away what it takes.
 *
 * @param log receives a line for each failed login, as the default rule application_login_failed reads it
 * @param more pages beside those of the shop
 */
export function createVictim(log: LogLine = standardOutput, more?: Router): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  if (more !== undefined) app.use(more);
  app.get('/work', costly);
  app.post('/login', express.json({ limit: LARGEST_FORM }), (request, response) => {
    const { user, password } = (request.body ?? {}) as Credentials;
    if (user === 'guest' && password === 'guest') {
      response.status(204).end();
      return;
    }
    const from = request.socket.remoteAddress ?? 'unknown';
    log(`${new Date().toISOString()} login failed for user ${quoted(user)} from ${from}`);
    response.status(401).type('text/plain').send('wrong user or password\n');
  });
  app.post('/upload', (request, response) => {
    request.resume().once('end', () => response.status(204).end());
  });
  app.get(['/', '/items/:item', '/search'], page);
  // Express's own would write a stack to standard error for each form that is none.
  app.use((error: { status?: number }, _: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else response.status(error.status ?? 500).end();
  });
  return app;
}
