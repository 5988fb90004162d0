import { expect } from 'chai';
import { UsageError } from '../../../common/cli.ts';
import { formatListenAddress, parseListenAddress } from '../../../common/web/listen-address.ts';

describe('parseListenAddress', () => {
  const good: [string, { host: string | undefined; port: number }][] = [
    [':24924', { host: undefined, port: 24924 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:80', { host: 'localhost', port: 80 }],
    ['[::1]:9', { host: '::1', port: 9 }],
    ['[fe80::1%eth0]:65535', { host: 'fe80::1%eth0', port: 65535 }],
  ];
  for (const [text, address] of good) {
    it(text, () => expect(parseListenAddress(text, '--listen')).to.deep.equal(address));
  }

  for (const text of ['', '24924', 'host', '::1:9', ':65536', ':-1', ':x', 'http://x:1', 'a b:1', ':1 ']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseListenAddress(text, '--listen')).to.throw(
        UsageError,
        /^--listen .* is not host:port/,
      );
    });
  }

  it('writes IPv6 in brackets', () => {
    expect(formatListenAddress('::', 1)).to.equal('[::]:1');
    expect(formatListenAddress('10.0.0.1', 1)).to.equal('10.0.0.1:1');
  });
});
