import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authorize, Decision } from './authorizer.ts';

interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

const REFUSALS: Readonly<Record<Exclude<Decision, 'allowed'>, Refusal>> = {
  unauthenticated: { status: 401, text: 'unauthorized', headers: { 'WWW-Authenticate': 'Bearer' } },
  forbidden: { status: 403, text: 'forbidden', headers: {} },
  unavailable: { status: 503, text: 'cannot be authorized now', headers: { 'Retry-After': '5' } },
};

/** Whether the request may be answered; when not, it has been, in one line. */
export async function admit(
  authorize: Authorize,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const token = /^bearer +([\w.~+/=-]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  const decision = token === undefined ? 'unauthenticated' : await authorize(token, path);
  if (decision === 'allowed') return true;
  const { status, text, headers } = REFUSALS[decision];
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${text}\n`);
  return false;
}
