import { once } from 'node:events';
import { Agent, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { hashSync } from 'bcryptjs';
import { expect } from 'chai';
import { RateLimit } from '../../../common/web/guard.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { server } from './support/served.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const PAGE = Buffer.alloc(16 << 20, 'x');

describe('limits', () => {
  const serve = server(temporaryFolder());
  const sockets: Socket[] = [];
  const open = (port: number) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    return socket;
  };
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  it('a reader that takes a byte at a time is cut off, and others are served meanwhile', async () => {
    const handler: RequestListener = ({ url }, response) => response.end(url === '/page' ? PAGE : 'yes');
    const served = await serve({}, { handler, responseMs: 500 });
    const connections = promisify(served.listener.server.getConnections.bind(served.listener.server));
    const slow = Array.from({ length: 20 }, () => open(served.port).pause());
    for (const socket of slow) {
      socket.write('GET /page HTTP/1.1\r\nHost: x\r\n\r\n');
      socket.on('readable', () => socket.read(1));
    }
    const others = await Promise.all(Array.from({ length: 200 }, () => served.get()));
    expect(others.every(({ body }) => body === 'yes')).to.equal(true);
    await waitFor('the slow readers to be cut off', async () => (await connections()) === 0);
    for (const { bytesRead } of slow) expect(bytesRead).to.be.below(PAGE.length);
  });

  for (const [what, hosts, status] of [
    ['one Host header', 'Host: x', 200],
    ['two', 'Host: x\r\nhost: y', 400],
    ['the same twice', 'Host: x\r\nHost: x', 400],
    ['none', 'Accept: */*', 400],
  ] as const) {
    it(`answers a request with ${what} by ${status}`, async () => {
      const served = await serve({});
      const socket = open(served.port).setEncoding('latin1');
      socket.write(`GET / HTTP/1.1\r\n${hosts}\r\n\r\n`);
      const [answer] = await once(socket, 'data');
      expect(answer).to.match(new RegExp(`^HTTP/1.1 ${status} `));
    });
  }

  it('a client that sends many requests without reading is cut off', async () => {
    let answered = 0;
    const handler: RequestListener = (_, response) => setTimeout(() => response.end(String(++answered)), 20);
    const served = await serve({}, { handler });
    const socket = open(served.port);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(8));
    await waitFor('eight answers', () => answered === 8);
    expect(socket.destroyed).to.equal(false);
    const closed = once(socket, 'close');
    socket.resume();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000));
    await closed;
    expect(answered).to.be.at.most(16);
  });

  it('for more connections than that others are closed, the one that was served last of all', async () => {
    const served = await serve({});
    const kept = open(served.port);
    kept.write(REQUEST);
    await once(kept, 'data');
    const held = Array.from({ length: 500 }, () => open(served.port));
    await waitFor('the surplus to be closed', () => held.filter((socket) => socket.closed).length === 245);
    kept.write(REQUEST);
    await once(kept, 'data');
    expect((await served.get()).body).to.equal('yes');
  });

  it('who is refused loses the connection, and keeps nobody out', async () => {
    const users = { basic_auth_users: { alice: hashSync('right', 4) } };
    const served = await serve({ 'web.yml': users });
    const authorization = `Basic ${Buffer.from('alice:right').toString('base64')}`;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const scrape = async () => {
      const { status, headers } = await served.get({ agent, headers: { authorization } });
      return [status, headers.connection];
    };
    expect(await scrape()).to.deep.equal([200, 'keep-alive']);
    const refused = Array.from({ length: 500 }, () => open(served.port));
    for (const socket of refused) socket.resume().write(REQUEST);
    expect(await scrape()).to.deep.equal([200, 'keep-alive']);
    await waitFor('the refused to be gone', () => refused.every((socket) => socket.closed));
    expect((await served.get()).headers.connection).to.equal('close');
    expect((await served.get({ agent, path: '/-/healthy' })).headers.connection).to.equal('keep-alive');
    agent.destroy();
  });

  it('a password that is not remembered is compared, though another address guesses', async () => {
    const users = { basic_auth_users: { alice: hashSync('right', 8) } };
    const served = await serve({ 'web.yml': users });
    const login = (password: string, localAddress: string) => {
      const authorization = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`;
      return served.get({ localAddress, headers: { authorization } });
    };
    const guesses = Array.from({ length: 100 }, (_, i) => login(`wrong ${i}`, '127.0.0.2'));
    await Promise.race(guesses);
    expect((await login('right', '127.0.0.1')).status).to.equal(200);
    for (const { status } of await Promise.all(guesses)) expect(status).to.be.oneOf([401, 503]);
  });

  it('limits the rate as the file says', async () => {
    const served = await serve({ 'web.yml': { rate_limit: { interval: '1h', burst: 2 } } });
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push((await served.get()).status);
    expect(answers).to.deep.equal([200, 200, 429]);
    served.write({ 'web.yml': '' });
    expect((await served.get()).status).to.equal(200);
  });

  it('a token comes each interval, and no more than the burst', () => {
    const rate = { intervalMs: 100, burst: 2 };
    const limit = new RateLimit(rate.burst, 0);
    const taken = [0, 0, 0, 99, 100, 101, 1_000, 1_000, 1_000].map((now) => limit.take(rate, now));
    expect(taken).to.deep.equal([true, true, false, false, true, false, true, true, false]);
  });
});
