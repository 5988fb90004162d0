import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from '../log.ts';
import { BasicAuth, parseBasic } from './basic-auth.ts';
import { BusyError } from './bcrypt.ts';
import type { WebConfigBook } from './config/book.ts';
import { isOpenPage } from './open-pages.ts';

/**
 * A token bucket: `burst` requests at once, and one more each `intervalMs`.
 *
 * @internal exported for its own tests
 */
export class RateLimit {
  #tokens: number;
  #filledAt: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(burst: number, now: number) {
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** Takes a token if there is one. */
  take({ intervalMs, burst }: { intervalMs: number; burst: number }, now: number): boolean {
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#filledAt) / intervalMs);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** Answers with one line of text. */
function refuse(response: ServerResponse, status: number, text: string, headers = {}): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${text}\n`);
}

/**
 * Lets only those requests through to `handler` that the web configuration allows, as it is at that moment; whether the program is
 * healthy and ready may be asked without a password.
 */
export function guarded(book: WebConfigBook, handler: RequestListener, logger: Logger): RequestListener {
  const basic = new BasicAuth();
  let limit: RateLimit | undefined;

  async function admit(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { headers, users, rateLimit } = book.current();
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const now = performance.now();
    limit = rateLimit && (limit ?? new RateLimit(rateLimit.burst, now));
    if (rateLimit !== undefined && limit?.take(rateLimit, now) === false) {
      refuse(response, 429, 'too many requests');
      return false;
    }
    if (users.size === 0 || isOpenPage(request.method, request.url)) return true;
    const credentials = parseBasic(request.headers.authorization);
    const source = request.socket.remoteAddress ?? '';
    if (credentials !== undefined && (await basic.check(users, credentials, source))) return true;
    refuse(response, 401, 'unauthorized', { 'WWW-Authenticate': 'Basic' });
    return false;
  }

  return (request, response) => {
    admit(request, response).then(
      (admitted) => admitted && handler(request, response),
      (error: unknown) => {
        const busy = error instanceof BusyError;
        if (!busy) logger.error('Password could not be checked', { error: String(error) });
        refuse(response, 503, 'passwords cannot be checked now', { 'Retry-After': '1' });
      },
    );
  };
}
