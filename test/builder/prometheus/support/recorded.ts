import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../support/paths.ts';
import { serverThat } from '../../support/server.ts';

/** A request as a recording is chosen by it. */
interface Asked {
  readonly path: string;
  readonly parameters: URLSearchParams;
}

/** An answer of a server, as it was seen. */
export interface Recorded {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
}

const NOT_THERE: Recorded = { status: 404, type: 'text/plain', body: '404 page not found\n' };

/** An answer that was recorded of a server: a file below `test/fixtures/servers/`. */
export function recording(server: string, file: string): Recorded {
  return { body: readFileSync(join(ROOT, 'test', 'fixtures', 'servers', server, `${file}.json`), 'utf8') };
}

/** Serves recorded answers; what is not recorded is not there. */
export function recordedServer(answer: (asked: Asked) => Recorded | undefined) {
  return serverThat(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://recorded');
    const body = Buffer.concat(await request.toArray()).toString();
    const parameters = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams;
    const {
      status = 200,
      type = 'application/json',
      body: text,
    } = answer({ path: url.pathname, parameters }) ?? NOT_THERE;
    response.writeHead(status, { 'Content-Type': type }).end(text);
  });
}
