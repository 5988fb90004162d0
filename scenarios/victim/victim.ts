/** The service that suffers: a small shop that behaves normally, with a login, something costly, and an upload. */
import { createHash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { type LogLine, standardOutput } from './victim-log.ts';

const derive = promisify(pbkdf2);

/** Hashing so many bytes stands for the work that a shop's page takes. */
const PAGE = Buffer.alloc(64 * 1024);
/** About 4 ms of a CPU. */
const COSTLY_ROUNDS = 8_000;
const KEY_BYTES = 32;
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
  const digest = createHash('sha256').update(request.path).update(PAGE).digest('hex');
  response.type('text/plain').send(`${digest}\n`);
}

async function costly(_: Request, response: Response): Promise<void> {
  const key = await derive('order', 'shop', COSTLY_ROUNDS, KEY_BYTES, 'sha256');
  response.type('text/plain').send(`${key.toString('hex')}\n`);
}

/**
 * The shop: `/`, `/items/<n>` and `/search` are pages, `/work` is a costly one, `POST /login` {user, password} knows only
 * `guest` with `guest`, and `POST /upload` throws away what it takes.
 *
 * @param log receives a line for each failed login, as the default rule application_login_failed reads it
 */
export function createVictim(log: LogLine = standardOutput): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
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
