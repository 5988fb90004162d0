import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { expect } from 'chai';
import {
  FLAG,
  FRAME,
  FrameReader,
  frame,
  getHeaders,
  OPENING,
  takenBack,
} from '../../../scenarios/workers/http2-frames.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { COMBINED } from '../support/combined.ts';
import { openTestVictim, type TestVictim } from '../support/test-victim.ts';

const GET_ROOT = getHeaders('shop', '/');
const streams = (count: number) => Array.from({ length: count }, (_, i) => 2 * i + 1);

describe('the victim over HTTP/2', () => {
  let victim: TestVictim;
  after(() => victim.close(0));
  const newFolder = temporaryFolder();
  before(async () => {
    victim = await openTestVictim(newFolder(), false);
  });
  beforeEach(() => {
    victim.lines.length = 0;
  });

  function get(session: ClientHttp2Session, path: string, headers: object = {}): Promise<[number, string]> {
    return new Promise((resolve, reject) => {
      const stream = session.request({ ':path': path, ...headers });
      let status = 0;
      let body = '';
      stream.once('response', (answer) => {
        status = answer[':status'] ?? 0;
      });
      stream.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      stream.once('error', reject).once('end', () => resolve([status, body]));
    });
  }

  /** Whether it answers an ordinary client, over both protocols. */
  async function expectWell(): Promise<void> {
    const session = connect(victim.own.http2Url);
    try {
      expect((await get(session, '/'))[0]).to.equal(200);
    } finally {
      session.destroy();
    }
    expect((await fetch(victim.own.url)).status).to.equal(200);
  }

  it('has the same pages as over HTTP/1.1, and writes of each request', async () => {
    const session = connect(victim.own.http2Url);
    try {
      for (const path of ['/', '/items/7', '/search?q=lamp']) {
        const [status, body] = await get(session, path, { 'user-agent': 'me "too"\u00ff' });
        expect(status).to.equal(200);
        expect(body).to.equal(await (await fetch(victim.own.url + path)).text());
      }
      expect((await get(session, '/work'))[1]).to.match(/^[\da-f]{64}\n$/);
      expect((await get(session, '/login'))[0]).to.equal(404);
      expect((await get(session, '/', { ':method': 'POST' }))[0]).to.equal(405);
    } finally {
      session.destroy();
    }
    await waitFor('the lines', () => victim.lines.length >= 9);
    for (const line of victim.lines) expect(line).to.match(COMBINED);
    const fields = victim.lines.map((line) => COMBINED.exec(line)?.groups ?? {});
    expect(fields.find(({ request }) => request === 'GET /items/7 HTTP/2.0')).to.include({
      address: '127.0.0.1',
      status: '200',
      bytes: '65',
      userAgent: 'me \\x22too\\x22\\xFF',
    });
  });

  it('closes a connection that resets stream after stream, having made few of its pages', async () => {
    const { hostname, port } = new URL(victim.own.http2Url);
    const reader = new FrameReader();
    let isOver = false;
    const socket = connectTcp(Number(port), hostname);
    socket.on('data', (bytes: Buffer) => {
      if (reader.read(bytes).includes(FRAME.goAway)) isOver = true;
    });
    socket.on('error', () => {}); // it was thrown out
    const flood = streams(20_000).map((stream) => takenBack(stream, GET_ROOT));
    socket.write(Buffer.concat([OPENING, ...flood]));
    await waitFor('the end of it', () => isOver);
    await expectWell();
    socket.destroy();
    expect(victim.lines.length).to.be.above(100).and.below(3_000);
    for (const line of victim.lines) expect(line).to.match(COMBINED);
  });

  it('makes no more costly pages at a time than it may, also of streams that are gone', async () => {
    const session = connect(victim.own.http2Url);
    try {
      const answers = await Promise.all(
        Array.from({ length: 300 }, () => get(session, '/work').catch((): [number, string] => [0, ''])),
      );
      const statuses = new Set(answers.map(([status]) => status));
      expect(statuses).to.include(200);
      for (const status of statuses) expect(status).to.be.oneOf([200, 503, 0]);
    } finally {
      session.destroy();
    }
    await expectWell();
  });

  const hostile: readonly (readonly [what: string, frames: Buffer[]])[] = [
    [
      'headers that never end',
      [
        frame(FRAME.headers, 0, 1, GET_ROOT),
        ...streams(4_000).map(() => frame(FRAME.continuation, 0, 1, Buffer.alloc(1_024, 0x84))),
      ],
    ],
    [
      'settings without end',
      streams(20_000).map(() => frame(FRAME.settings, 0, 0, Buffer.from([0, 3, 0, 0, 0, 1]))),
    ],
    ['pings without end', streams(50_000).map(() => frame(FRAME.ping, 0, 0, Buffer.alloc(8)))],
    [
      'more streams at a time than it takes',
      streams(5_000).map((stream) => frame(FRAME.headers, FLAG.endHeaders, stream, GET_ROOT)),
    ],
    ['frames that are none', [frame(0xff, 0xff, 0, Buffer.alloc(16_384)), Buffer.alloc(100_000, 0xff)]],
  ];
  for (const [what, frames] of hostile)
    it(`outlives ${what}`, async () => {
      const { hostname, port } = new URL(victim.own.http2Url);
      const socket = connectTcp(Number(port), hostname);
      socket.on('error', () => {}); // it was thrown out
      // Nothing that it is answered is read.
      await new Promise<void>((resolve) =>
        socket.write(Buffer.concat([OPENING, ...frames]), () => resolve()),
      );
      await expectWell();
      socket.destroy();
      for (const line of victim.lines) expect(line).to.match(COMBINED);
      expect(victim.lines.length).to.be.below(3_000);
    });

  it('takes no more than so many connections, and answers when they are gone', async () => {
    const { hostname, port } = new URL(victim.own.http2Url);
    const sockets = Array.from({ length: 200 }, () => {
      const socket = connectTcp(Number(port), hostname, () => socket.write(OPENING));
      return socket.on('error', () => {});
    });
    await waitFor('most to be closed', () => sockets.filter(({ closed }) => closed).length >= 200 - 64);
    expect(sockets.filter(({ closed }) => closed)).to.have.length.below(200);
    for (const socket of sockets) socket.destroy();
    await waitFor('room', () =>
      expectWell().then(
        () => true,
        () => undefined,
      ),
    );
  });
});
