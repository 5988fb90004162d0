import { expect } from 'chai';
import { Unread } from '../../../exporter/base/lines.ts';
import { parseTcpLine } from '../../../exporter/parsers/tcp-table.ts';

const PATH = 'proc/1/net/tcp';
const REST = '00000000:00000000 00:00000000 00000000     0        0 20001 1 0000000000000000 100 0 0 10 0';

describe('tcp-table', () => {
  it('reads ports, state and the remote address of an IPv4 socket', () => {
    const socket = parseTcpLine(`   1: 0100007F:9C40 0800A8C0:01BB 01 ${REST}`, new Unread(PATH), true);
    expect(socket).to.deep.equal({
      state: 1,
      localPort: 40_000,
      remoteAddress: Buffer.from([192, 168, 0, 8]),
      remotePort: 443,
    });
  });

  it('reads an IPv6 address word by word, in the order of the machine', () => {
    const local = '0'.repeat(32);
    const little = parseTcpLine(
      `  12: ${local}:0035 B80D0120000000000000000001000000:0050 02 ${REST}`,
      new Unread(PATH),
      true,
    );
    expect(little?.remoteAddress.toString('hex')).to.equal('20010db8000000000000000000000001');
    const big = parseTcpLine(
      `  12: ${local}:0035 20010DB8000000000000000000000001:0050 02 ${REST}`,
      new Unread(PATH),
      false,
    );
    expect(big).to.deep.equal(little);
  });

  it('passes over the heading', () => {
    const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid';
    expect(parseTcpLine(heading, new Unread(PATH), true)).to.equal(undefined);
  });

  for (const line of [
    '',
    '   0: 0100007F:0277',
    '   0: 7F:0277 00000000:0000 0A x',
    '0: sl ',
    'x'.repeat(500),
  ]) {
    it(`leaves out ${JSON.stringify(line.slice(0, 30))}, and says so`, () => {
      const unread = new Unread(PATH);
      expect(parseTcpLine(line, unread, true)).to.equal(undefined);
      const [error] = unread.errors();
      expect(error?.code).to.equal(/^ *\d+:/.test(line) ? 'malformed' : 'foreign');
      expect(error?.message).to.match(/^proc\/1\/net\/tcp: .*expected/);
    });
  }
});
