import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createLogger } from '../../../../common/log.ts';
import { type Listener, listen } from '../../../../common/web/listen.ts';
import { parseListenAddress } from '../../../../common/web/listen-address.ts';
import { openWebConfig } from '../../../../common/web/open-config.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on loopback whose files can be replaced. */
export interface Served {
  readonly listener: Listener;
  readonly port: number;
  readonly log: string[];
  write(files: Readonly<Record<string, string | object>>): void;
  /** One GET on a connection of its own; with `tls` over HTTPS. */
  get(options?: RequestOptions): Promise<Answer>;
}

const YES: RequestListener = (_, response) => void response.end('yes');

/** Writes files into a folder, objects as YAML. */
function writeFiles(folder: string, files: Readonly<Record<string, string | object>>): void {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : stringify(content));
  }
}

/** Call it inside `describe`: what it returns serves with `web.yml` and the files beside it, until the test is over. */
export function server(
  folder: () => string,
): (
  files: Readonly<Record<string, string | object>>,
  options?: { handler?: RequestListener; responseMs?: number },
) => Promise<Served> {
  const running: Listener[] = [];
  afterEach(() => Promise.all(running.splice(0).map((listener) => listener.close(0))));
  return async (files, { handler = YES, responseMs = 60_000 } = {}) => {
    const path = folder();
    writeFiles(path, files);
    const log: string[] = [];
    const logger = createLogger({ level: 'info', format: 'logfmt' }, (line) => log.push(line));
    const flag = '--web.listen-address';
    const web = await openWebConfig(
      files['web.yml'] === undefined ? undefined : join(path, 'web.yml'),
      logger,
    );
    const listener = await listen(handler, parseListenAddress('127.0.0.1:0', flag), {
      flag,
      logger,
      web,
      responseMs,
    });
    running.push(listener);
    const port = Number(listener.address.split(':')[1]);
    const get = async (options: RequestOptions = {}): Promise<Answer> => {
      const send = listener.scheme === 'https' ? httpsRequest : httpRequest;
      const request = send({ host: '127.0.0.1', port, agent: false, ...options }).end();
      const [response] = await once(request, 'response');
      let body = '';
      for await (const chunk of response) body += chunk;
      return { status: response.statusCode, headers: response.headers, body };
    };
    return { listener, port, log, write: (changed) => writeFiles(path, changed), get };
  };
}
