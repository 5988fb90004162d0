import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { RemoteReadError } from '../../../../../builder/prometheus/wire/remote-read/errors.ts';
import { remoteRead } from '../../../../../builder/prometheus/wire/remote-read/remote-read.ts';
import type { RawSeries } from '../../../../../builder/samples/series.ts';
import { wholeMs } from '../../../../../common/ms.ts';
import { postTo } from './support/post.ts';
import { sampleOf, samplesOf } from './support/samples.ts';
import { chunkedReadResponse, frame } from './support/wire.ts';
import { encodeXorChunk } from './support/xor-encoder.ts';

const STREAMED = { 'content-type': 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse' };
const SAMPLES = [sampleOf(1, 1.5), sampleOf(2, -0)];
const FRAME = frame(chunkedReadResponse({ __name__: 'up' }, [{ data: encodeXorChunk(SAMPLES) }]));
const OTHER_FRAME = frame(
  chunkedReadResponse({ __name__: 'up', node: 'b' }, [{ data: encodeXorChunk(SAMPLES) }]),
);
const QUERY = {
  matchers: [{ name: '__name__', operator: '=', value: 'up' }],
  startMs: wholeMs(0),
  endMs: wholeMs(10),
} as const;

describe('builder/prometheus/wire/remote-read', () => {
  let server: Server;
  let url: string;
  let respond: RequestListener;

  before(async () => {
    server = createServer((request, response) => respond(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  async function read(): Promise<RawSeries[]> {
    const series: RawSeries[] = [];
    for await (const one of remoteRead(postTo(url), QUERY)) series.push(one);
    return series;
  }

  async function readError(): Promise<RemoteReadError> {
    try {
      await read();
    } catch (error) {
      if (error instanceof RemoteReadError) return error;
      throw error;
    }
    throw new Error('the read succeeded');
  }

  it('posts the request that the protocol wants and yields the series', async () => {
    let asked: IncomingMessage | undefined;
    let body = Buffer.alloc(0);
    respond = async (request, response) => {
      asked = request;
      body = await buffer(request);
      response.writeHead(200, STREAMED).end(FRAME);
    };
    const series = await read();
    expect(series.map(samplesOf)).to.deep.equal([SAMPLES]);
    expect(series[0]?.labels).to.deep.equal({ __name__: 'up' });
    expect(asked?.method).to.equal('POST');
    expect(asked?.url).to.equal('/api/v1/read');
    expect(asked?.headers).to.include({
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-read-version': '0.1.0',
      'accept-encoding': 'identity',
    });
    // Snappy: 28 bytes, one literal of them. Query: from 1 to 10, __name__ (EQ is written out) = up; types 1, 0.
    const message = '0a16 0801 100a 1a10 0800 1208 5f5f6e616d655f5f 1a02 7570 1001 1000'.replaceAll(' ', '');
    expect(body.toString('hex')).to.equal(`1c6c${message}`);
  });

  it('reads an empty answer as no series', async () => {
    respond = (_, response) => response.writeHead(200, { ...STREAMED, 'content-length': 0 }).end();
    expect(await read()).to.deep.equal([]);
  });

  it('closes the connection when the caller has enough', async () => {
    let closed: Promise<unknown> | undefined;
    respond = (_, response) => {
      closed = once(response, 'close');
      response.writeHead(200, STREAMED).write(Buffer.concat([FRAME, OTHER_FRAME]));
    };
    for await (const series of remoteRead(postTo(url), QUERY)) {
      expect(samplesOf(series)).to.deep.equal(SAMPLES);
      break;
    }
    await closed;
  });

  const REFUSALS: {
    what: string;
    status: number;
    headers?: object;
    body?: string;
    code: string;
    message: RegExp;
  }[] = [
    {
      what: 'a server without remote read',
      status: 404,
      body: '404 page not found\n',
      code: 'unavailable',
      message: /answered 404: 404 page not found$/,
    },
    {
      what: 'a server that does not know the response types',
      status: 400,
      body: 'server does not support any of the requested response types\n',
      code: 'unavailable',
      message: /answered 400: server does not support/,
    },
    {
      what: 'the classic answer of samples',
      status: 200,
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
      code: 'unavailable',
      message: /answered with application\/x-protobuf, not streamed chunks$/,
    },
    {
      what: 'a login page',
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html>',
      code: 'unavailable',
      message: /answered with text\/html/,
    },
    {
      what: 'an answer that a proxy has compressed',
      status: 200,
      headers: { ...STREAMED, 'content-encoding': 'gzip' },
      code: 'unavailable',
      message: /compressed \(gzip\)$/,
    },
    {
      what: 'a server that is overloaded, in several lines of HTML',
      status: 503,
      body: `<html>\r\n<b>busy\u001b[31m</b>\n${'x'.repeat(5000)}`,
      code: 'http',
      message: /answered 503: <html> <b>busy \[31m<\/b> x+$/,
    },
    { what: 'a denial without words', status: 401, code: 'http', message: /answered 401$/ },
    {
      what: 'a failure',
      status: 500,
      body: 'out of space',
      code: 'http',
      message: /answered 500: out of space$/,
    },
  ];
  for (const { what, status, headers = {}, body = '', code, message } of REFUSALS) {
    it(`refuses ${what} in one line, as ${code}`, async () => {
      respond = (_, response) => response.writeHead(status, { ...headers }).end(body);
      const error = await readError();
      expect(error.code).to.equal(code);
      expect(error.message).to.match(message).and.have.length.below(300);
      expect(error.message).not.to.match(/\p{C}/u);
      expect(error.status).to.equal(status === 200 ? undefined : status);
    });
  }

  it('refuses an answer whose end only the connection tells: a cut between frames would not show', async () => {
    respond = (_, response) => {
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, STREAMED).end(FRAME);
    };
    const error = await readError();
    expect(error).to.include({ code: 'unavailable' });
    expect(error.message).to.match(/own end/);
  });

  const BREAKS: { what: string; respond: (response: ServerResponse) => Promise<void> | void }[] = [
    { what: 'between two frames', respond: (response) => cut(response, FRAME) },
    { what: 'inside a frame', respond: (response) => cut(response, FRAME.subarray(0, 20)) },
    { what: 'before its first byte', respond: (response) => cut(response, Buffer.alloc(0)) },
    {
      what: 'inside a frame, with its end told',
      respond: (response) => void response.end(FRAME.subarray(0, 20)),
    },
  ];
  for (const { what, respond: answer } of BREAKS) {
    it(`refuses an answer that is cut ${what}, as corrupt`, async () => {
      respond = async (_, response) => {
        response.writeHead(200, STREAMED);
        await answer(response);
      };
      const error = await readError();
      expect(error.code).to.equal('corrupt');
      expect(error.message).to.match(/broke off: |is cut short/);
    });
  }

  async function cut(response: ServerResponse, sent: Buffer): Promise<void> {
    response.flushHeaders();
    response.write(sent);
    await sleep(20);
    response.socket?.destroy();
  }

  it('shows why a server stopped after its first frame', async () => {
    respond = (_, response) => {
      response.writeHead(200, STREAMED).write(FRAME);
      response.end('expanding series: context canceled\n');
    };
    expect(await readError()).to.include({
      code: 'corrupt',
      message:
        'remote read: frame 2 of the answer is cut short; the server wrote: expanding series: context canceled',
    });
  });

  it('passes on what the transport throws', async () => {
    const refused = new Error('connect ECONNREFUSED');
    const outcome = await remoteRead(() => Promise.reject(refused), QUERY)
      .next()
      .catch((error: unknown) => error);
    expect(outcome).to.equal(refused);
  });
});
