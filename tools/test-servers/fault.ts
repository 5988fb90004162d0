import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a proxy makes wrong: of a request's parameters, and of what comes back. */
export interface Fault {
  request?(path: string, parameters: URLSearchParams): void;
  /** The body that is handed on; undefined for a page that is not there. */
  answer?(path: string, body: string): string | undefined;
}

const PASSED_HEADERS = ['content-encoding', 'x-prometheus-remote-read-version'];

/** Goes between the builder and a server, with a fault that a check has to find. */
export async function faultyProxy(target: string, fault: Fault): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', target);
    const sent = Buffer.concat(await request.toArray());
    const type = request.headers['content-type'] ?? '';
    const form = type.includes('form-urlencoded') ? new URLSearchParams(sent.toString()) : undefined;
    fault.request?.(url.pathname, form ?? url.searchParams);
    const headers = Object.fromEntries(
      PASSED_HEADERS.flatMap((name) =>
        request.headers[name] ? [[name, String(request.headers[name])]] : [],
      ),
    );
    try {
      const answer = await fetch(url, {
        method: request.method ?? 'GET',
        headers: { ...headers, ...(type !== '' && { 'content-type': type }) },
        ...(request.method === 'POST' && { body: form?.toString() ?? sent }),
      });
      const text = await answer.text();
      const body = fault.answer === undefined ? text : fault.answer(url.pathname, text);
      if (body === undefined) response.writeHead(404).end();
      else
        response
          .writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? '' })
          .end(body);
    } catch {
      response.destroy();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
