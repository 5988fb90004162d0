import { connect } from 'node:net';
import { expect } from 'chai';
import { waitFor } from '../../../tools/programs/wait.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { COMBINED } from '../support/combined.ts';
import { openTestVictim, sendRaw, type TestVictim } from '../support/test-victim.ts';

const END = 'Host: shop\r\nConnection: close\r\n\r\n';

describe("the victim's access log", () => {
  const newFolder = temporaryFolder();
  let victim: TestVictim;
  before(async () => {
    victim = await openTestVictim(newFolder(), false);
  });
  after(() => victim.close(0));
  beforeEach(() => {
    victim.lines.length = 0;
  });

  /** The fields of the one line that there is of a connection. */
  async function lineOf(bytes: string | Uint8Array): Promise<Record<string, string>> {
    await sendRaw(victim.address, bytes);
    await waitFor('the line', () => victim.lines.length > 0);
    expect(victim.lines).to.have.length(1);
    expect(victim.lines[0]).to.match(COMBINED);
    return COMBINED.exec(victim.lines[0] ?? '')?.groups ?? {};
  }

  it('has a line for each request', async () => {
    expect(
      await lineOf(`GET /items/7?a=%0Ab HTTP/1.1\r\nReferer: http://a/\r\nUser-Agent: me "too"\r\n${END}`),
    ).to.include({
      address: '127.0.0.1',
      request: 'GET /items/7?a=%0Ab HTTP/1.1',
      status: '200',
      bytes: '65',
      referrer: 'http://a/',
      userAgent: 'me \\x22too\\x22',
    });
  });

  const odd: readonly (readonly [
    what: string,
    bytes: string | Uint8Array,
    status: string,
    request: RegExp,
  ])[] = [
    ['a page that there is not', `GET /nothing HTTP/1.1\r\n${END}`, '404', /^GET \/nothing HTTP\/1.1$/],
    ['two hosts', `GET / HTTP/1.1\r\nHost: other\r\n${END}`, '400', /^GET \/ HTTP\/1.1$/],
    ['a proxy', `CONNECT db:5432 HTTP/1.1\r\n${END}`, '405', /^CONNECT db:5432 HTTP\/1.1$/],
    ['no HTTP', '\u0016\u0003\u0001 hello\r\n', '400', /^\\x16\\x03\\x01 hello$/],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400', /^PRI \* HTTP\/2.0$/],
    [
      'bytes that are no UTF-8',
      Buffer.from(`GET /\xff\xfe"\\ HTTP/1.1\r\n${END}`, 'latin1'),
      '400',
      /^GET \/\\xFF\\xFE\\x22\\x5C HTTP\/1.1$/,
    ],
    [
      'a line in a line',
      `GET /a" 200 1 "-" "-"\n127.0.0.1 - - [ HTTP/1.1\r\n${END}`,
      '400',
      /^GET \/a\\x22 200/,
    ],
    ['a bare carriage return', `GET /a\rb HTTP/1.1\r\n${END}`, '400', /^GET \/a\\x0Db HTTP\/1.1$/],
    [
      'a header that breaks off',
      `GET / HTTP/1.1\r\nUser-Agent: a\u0000b\r\n${END}`,
      '400',
      /^GET \/ HTTP\/1.1$/,
    ],
    ['a path of 100 KB', `GET /${'"'.repeat(100_000)} HTTP/1.1\r\n${END}`, '431', /^GET \/(?:\\x22){1000,}$/],
    [
      'headers of 100 KB',
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n${END}`,
      '431',
      /^GET \/ HTTP\/1.1$/,
    ],
  ];
  for (const [what, bytes, status, request] of odd)
    it(`has one valid line for ${what}`, async () => {
      const line = await lineOf(bytes);
      expect(line['request']).to.match(request);
      expect(line['status']).to.equal(status);
    });

  it('has a line for who does not wait for the answer, and none for who asks nothing', async () => {
    const { port } = new URL(victim.own.url);
    const socket = connect(Number(port), '127.0.0.1', () => socket.end());
    await new Promise((resolve) => socket.resume().once('close', resolve));
    const asking = connect(Number(port), '127.0.0.1', () => {
      asking.write('GET /work HTTP/1.1\r\nHost: shop\r\n\r\n', () => asking.resetAndDestroy());
    });
    await waitFor('the line', () => victim.lines.length > 0);
    expect(victim.lines).to.have.length(1);
    expect(COMBINED.exec(victim.lines[0] ?? '')?.groups?.['status']).to.be.oneOf(['499', '200']);
  });
});
