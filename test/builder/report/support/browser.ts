import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import type { Context } from 'mocha';
import { skip } from '../../../support/skip.ts';
import { runProgram } from '../../support/cli.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

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
  const browser = onPath();
  if (browser === undefined) skip(context, `there is none of ${NAMES.join(', ')} on PATH`);
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
      '--headless=new',
      // Where tests run as root or in a container, there can be no sandbox; the document is our own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
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
