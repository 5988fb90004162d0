import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { bounded } from '../../../common/web/bounded.ts';
import { Seats } from '../../../common/web/seats.ts';

const REQUESTS = 2_000;
/** Answered beside each other, and what tells that it is one too many. */
const MOST_SEEN = 10;

describe('a client that sends two thousand requests at once', () => {
  const { setTimeout: setTimer, clearTimeout: clearTimer } = globalThis;
  const set = new Set<unknown>();
  let server: Server;
  let handled = 0;
  let seen = 0;

  before(async () => {
    handled = 0;
    const handler = bounded(() => handled++, 60_000, new Seats(10));
    server = createServer(handler).listen(0, '127.0.0.1');
    server.on('request', () => seen++);
    await once(server, 'listening');
    globalThis.setTimeout = ((...given: Parameters<typeof setTimer>) => {
      const timer = setTimer(...given);
      if (given[1] === 60_000) set.add(timer);
      return timer;
    }) as typeof setTimeout;
    globalThis.clearTimeout = ((timer: NodeJS.Timeout) => {
      set.delete(timer);
      clearTimer(timer);
    }) as typeof clearTimeout;
    const closed = once(server, 'connection').then(([socket]) => once(socket, 'close'));
    const { port } = server.address() as AddressInfo;
    const client = connect(port, '127.0.0.1').on('error', () => {});
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(REQUESTS));
    await closed;
    client.destroy();
  });
  after(() => {
    globalThis.setTimeout = setTimer;
    globalThis.clearTimeout = clearTimer;
    server.close();
  });

  it('has a few of them parsed, and the rest of the piece that they came in not', () => {
    expect(handled).to.equal(8);
    expect(seen).to.be.at.least(handled).and.at.most(MOST_SEEN);
  });

  it('leaves no timer that would hold its requests', () => {
    expect(set.size).to.equal(0);
  });
});
