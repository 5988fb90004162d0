import type { ServerResponse } from 'node:http';
import { serverThat } from '../../support/server.ts';

/** An answer of the server behind the proxy. */
export interface Passing {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/** What the proxy does with an answer instead of handing it on. */
export type Disturbance = (answer: Passing, response: ServerResponse) => void;

/** Hands an answer on as it is. */
export function handOn({ status, type, body }: Passing, response: ServerResponse): void {
  response.writeHead(status, { 'Content-Type': type }).end(body);
}

/** Goes between the builder and a server; `disturb` gets the path and its request's number, from 0, and may choose. */
export async function proxyTo(
  target: string,
  disturb: (path: string, request: number) => Disturbance | undefined,
) {
  const requests = new Map<string, number>();
  return serverThat((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    const number = requests.get(path) ?? 0;
    requests.set(path, number + 1);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const { method = 'GET', headers, url } = request;
      const names = ['content-type', 'content-encoding', 'x-prometheus-remote-read-version'] as const;
      const kept = names.flatMap((name) =>
        headers[name] === undefined ? [] : [[name, String(headers[name])]],
      );
      const answer = await fetch(`${target}${url}`, {
        method,
        headers: { ...Object.fromEntries(kept), 'accept-encoding': 'identity' },
        body: method === 'POST' ? Buffer.concat(chunks) : null,
      });
      const type = answer.headers.get('content-type') ?? '';
      const passing = { status: answer.status, type, body: Buffer.from(await answer.arrayBuffer()) };
      (disturb(path, number) ?? handOn)(passing, response);
    });
  });
}
