import { expect } from 'chai';
import { Unread } from '../../../exporter/base/lines.ts';
import { parseNetDev } from '../../../exporter/parsers/netdev.ts';

const PATH = 'proc/1/net/dev';
const HEADINGS = 'Inter-|   Receive  |  Transmit\n face |bytes    packets errs|bytes    packets\n';

describe('parseNetDev', () => {
  for (const gap of ['', ' ', '      ']) {
    it(`reads a line with "${gap}" behind the colon`, () => {
      const text = `${HEADINGS}  eth0:${gap}10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n`;
      expect(parseNetDev(text, new Unread(PATH)).get('eth0')).to.deep.equal({
        receiveBytes: 10,
        receivePackets: 1,
        transmitBytes: 20,
        transmitPackets: 2,
      });
    });
  }

  it('reads a namespace without devices', () => {
    expect(parseNetDev(HEADINGS, new Unread(PATH)).size).to.equal(0);
  });

  const broken = [
    '',
    'eth0: 1 2 3',
    `${HEADINGS}eth0: 1 2 3\n`,
    `${HEADINGS}eth0 1 2\n`,
    `${HEADINGS}e: a b\n`,
  ];
  for (const text of broken) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseNetDev(text, new Unread(PATH))).to.throw('proc/1/net/dev: expected');
    });
  }
});
