import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context } from 'mocha';
import { BROWSER_FLAGS, browserOrSkip } from '../../../support/chromium.ts';
import { runProgram } from '../../support/cli.ts';

export interface Rendered {
  /** The document after the browser has made sense of it. */
  readonly dom: string;
  /** What pages complained of: scripts, styles and loads that failed or were refused. */
  readonly complaints: readonly string[];
  /** What was asked of the server. */
  readonly requests: readonly string[];
}

/**
 * Shows a document in a real browser, served from loopback; no other host has an address there. Skips the test where
 * there is no browser.
 */
export async function render(context: Context, document: string, profile: string): Promise<Rendered> {
  const browser = browserOrSkip(context);
  const requests: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    requests.push(url);
    response.writeHead(url === '/report.html' ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
    response.end(url === '/report.html' ? document : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const { stdout, stderr } = await runProgram(browser, [
      ...BROWSER_FLAGS,
      `--user-data-dir=${profile}`,
      '--enable-logging=stderr',
      '--dump-dom',
      `http://127.0.0.1:${port}/report.html`,
    ]);
    return {
      dom: stdout,
      requests,
      complaints: stderr.split('\n').filter((line) => line.includes(':CONSOLE')),
    };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
