import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { RefusedError } from '../../../common/follow/answer.ts';
import { type FollowOptions, followLines } from '../../../common/follow/follow.ts';

/** What a server does with one request after the other; the last again and again. */
type Turn = (response: ServerResponse) => void;

const lines =
  (...ids: string[]): Turn =>
  (response) => {
    response.write(ids.map((id) => `${JSON.stringify({ id })}\n`).join(''));
  };
const ended =
  (...ids: string[]): Turn =>
  (response) => {
    lines(...ids)(response);
    response.end();
  };
const cut =
  (...ids: string[]): Turn =>
  (response) => {
    response.write(`${ids.map((id) => `${JSON.stringify({ id })}\n`).join('')}{"id":"hal`, () =>
      response.destroy(),
    );
  };
const refusing =
  (status: number, headers: Record<string, string> = {}): Turn =>
  (response) => {
    response.writeHead(status, headers).end('not\nthis');
  };

describe('common/follow: lines of a server', () => {
  let server: Server;
  let asked: IncomingHttpHeaders[];
  let turns: Turn[];

  before(async () => {
    server = createServer(({ headers }, response) => {
      asked.push(headers);
      const turn = turns.length > 1 ? turns.shift() : turns[0];
      turn?.(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    asked = [];
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Follows until a number of lines has come; what was told on the way. */
  async function follow(wanted: number, own: Turn[], options: Partial<FollowOptions> = {}) {
    turns = own;
    const got: string[] = [];
    const told: string[] = [];
    const controller = new AbortController();
    await followLines({
      url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
      authorization: () => 'Bearer secret',
      signal: controller.signal,
      take(line) {
        if (line === 'too long') return undefined;
        const { id } = JSON.parse(line.text) as { id: string };
        got.push(id);
        if (got.length === wanted) controller.abort();
        return id;
      },
      onConnected: () => void told.push('connected'),
      onLost: (reason = 'ended', isNew) => void told.push(`${isNew ? '' : 'again '}${reason}`),
      ...options,
    });
    return { got, told, resumed: asked.map((headers) => headers['last-event-id']) };
  }

  it('are read on after the last whole one, whatever ended the connection', async () => {
    const { got, told, resumed } = await follow(4, [ended('1'), cut('2'), refusing(503), lines('3', '4')]);
    expect(got).to.deep.equal(['1', '2', '3', '4']);
    expect(resumed).to.deep.equal([undefined, '1', '2', '2']);
    expect(told).to.deep.equal([
      'connected',
      'ended',
      'connected',
      'aborted',
      'it answers 503: not this',
      'connected',
    ]);
    expect(asked.map(({ authorization }) => authorization)).to.deep.equal(Array(4).fill('Bearer secret'));
  });

  it('are read from the beginning where a position means nothing', async () => {
    const { resumed } = await follow(2, [ended('1'), refusing(400), lines('2')]);
    expect(resumed).to.deep.equal([undefined, '1', undefined]);
  });

  it('are not missed anew for each try, until one has come', async () => {
    const { told } = await follow(2, [refusing(503), refusing(503), ended('1'), refusing(503), lines('2')]);
    const away = 'it answers 503: not this';
    expect(told).to.deep.equal([away, `again ${away}`, 'connected', 'ended', away, 'connected']);
  });

  it('are not asked of somebody else who is named by a redirect', async () => {
    const { told } = await follow(1, [refusing(302, { Location: 'http://127.0.0.1:1/' }), lines('1')]);
    expect(told[0]).to.match(/^it answers 302/);
  });

  it('end with what is final, and when they are wanted once with anything', async () => {
    const isFinal = (error: unknown) => error instanceof RefusedError && error.status === 403;
    const final = await follow(1, [refusing(503), refusing(403)], { isFinal }).catch((error: Error) => error);
    expect(final).to.be.instanceOf(RefusedError).and.to.include({ status: 403 });
    expect((await follow(9, [ended('1')], { once: true })).got).to.deep.equal(['1']);
    expect(await follow(9, [refusing(503)], { once: true }).catch(String)).to.match(/it answers 503/);
  });
});
