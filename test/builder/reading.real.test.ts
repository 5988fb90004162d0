import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { pauseMs } from '../../builder/prometheus/http.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { BUILDER, builder } from './support/cli.ts';
import { manifestOf } from './support/dataset.ts';
import { FLEET_END_MS, FLEET_START_MS, fleet } from './support/fleet.ts';
import { clock, serverThat } from './support/server.ts';
import { prometheusWith } from './support/tsdb.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const seconds = [FLEET_START_MS, FLEET_END_MS].map((ms) => String(ms / 1000)) as [string, string];

/** Goes between the builder and Prometheus; `disturb` may answer instead, and then says true. */
async function proxyTo(
  target: string,
  disturb: (path: string, response: ServerResponse, request: number) => boolean,
) {
  let requests = 0;
  return serverThat((request, response) => {
    if (disturb(request.url ?? '', response, requests++)) return;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const { method = 'GET', headers, url } = request;
      const body = method === 'POST' ? Buffer.concat(chunks) : null;
      const type = { 'Content-Type': headers['content-type'] ?? '' };
      const answer = await fetch(`${target}${url}`, { method, body, headers: type });
      response.writeHead(answer.status, JSON_TYPE).end(Buffer.from(await answer.arrayBuffer()));
    });
  });
}

describe('builder reading', () => {
  const newFolder = temporaryFolder();

  it('asks for less when the server finds it too much, and asks again when it is busy or the line broke', async () => {
    const folder = newFolder();
    const stored = fleet(5);
    const config = join(folder, 'dataset.yaml');
    writeFileSync(config, 'scrapeInterval: 15s\nreading: query\n');
    const build = (url: string, output: string) =>
      builder([
        ...['build', '--config', config, '--prometheus', url, '--output', join(folder, output)],
        ...['--start', seconds[0], '--end', seconds[1]],
      ]);
    const small = await prometheusWith(join(folder, 'small'), stored, ['--query.max-samples=500']);
    const busy = await proxyTo(small.url, (path, response, request) => {
      if (request === 3) response.writeHead(429, { 'Retry-After': '0' }).end('later');
      else if (request === 6) response.writeHead(503).end('starting');
      else if (request === 9) response.destroy();
      else if (path.includes('/query') && request === 12) {
        response
          .writeHead(503, JSON_TYPE)
          .end('{"status":"error","errorType":"timeout","error":"query timed out"}');
      } else return false;
      return true;
    });
    try {
      const troubled = await build(busy.url, 'troubled');
      expect(troubled).to.include({ code: 0, stderr: '' });
      const plain = await prometheusWith(join(folder, 'plain'), stored);
      try {
        expect(await build(plain.url, 'calm')).to.include({ code: 0, stderr: '' });
      } finally {
        await plain.stop();
      }
      expect(manifestOf(join(folder, 'troubled'))).to.deep.equal(manifestOf(join(folder, 'calm')));
    } finally {
      await busy.close();
      await small.stop();
    }
  });

  it('waits as long as the server asks for, within reason', () => {
    expect(pauseMs(0, '7', 0)).to.equal(7_000);
    expect(pauseMs(0, 'Thu, 01 Jan 1970 00:00:05 GMT', 1_000)).to.equal(4_000);
    expect(pauseMs(0, '86400', 0)).to.equal(30_000);
    expect(pauseMs(0, '-5', 0)).to.equal(0);
    expect([0, 1, 2, 9].map((attempt) => pauseMs(attempt, undefined, 0))).to.deep.equal([
      500, 1_000, 2_000, 30_000,
    ]);
    expect(pauseMs(1, 'soon', 0)).to.equal(1_000);
  });

  it('ends at once when interrupted, and leaves nothing behind', async () => {
    const cwd = newFolder();
    let asked: () => void = () => {};
    const reading = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const server = await serverThat(({ url }, response) => {
      if (url?.endsWith('/api/v1/query')) return asked();
      if (url?.includes('/query?')) return clock(response);
      const data = url?.includes('/label/') ? ['kubevigil'] : { version: '2.42.0', activeTargets: [] };
      response.writeHead(200, JSON_TYPE).end(JSON.stringify({ status: 'success', data }));
    });
    writeFileSync(join(cwd, 'dataset.yaml'), 'scrapeInterval: 15s\n');
    const args = ['build', '--config', 'dataset.yaml', '--prometheus', server.url, '--output', 'dataset'];
    const child = spawn(process.execPath, [BUILDER, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    try {
      await reading;
      child.kill('SIGINT');
      const [code] = await once(child, 'close');
      expect({ code, stderr }).to.deep.equal({ code: 130, stderr: 'kubevigil-builder: interrupted\n' });
      expect(readdirSync(cwd)).to.deep.equal(['dataset.yaml']);
    } finally {
      await server.close();
    }
  });
});
