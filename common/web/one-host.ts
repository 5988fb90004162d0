import type { RequestListener } from 'node:http';

/** How often a header was sent; Node keeps the first and hides the others. */
function timesSent(rawHeaders: readonly string[], name: string): number {
  let times = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === name) times++;
  return times;
}

/**
 * Refuses a request with more than one Host header, as RFC 9112 (3.2) asks for: what stands before this program may go by
 * another of them than it does. One without is refused by Node itself.
 */
export function withOneHost(handler: RequestListener): RequestListener {
  return (request, response) => {
    if (timesSent(request.rawHeaders, 'host') <= 1) {
      handler(request, response);
      return;
    }
    response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end('more than one Host header\n');
  };
}
