import { expect } from 'chai';
import { Unread } from '../../../exporter/base/lines.ts';
import { countPacketSockets } from '../../../exporter/parsers/packet.ts';

const PATH = 'proc/1/net/packet';
const HEADING = 'sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n';
const LINE = '0000000000000000 3      3    0003   2     1 0      0      20117 \n';

describe('countPacketSockets', () => {
  for (const count of [0, 1, 3]) {
    it(`counts ${count}`, () => {
      expect(countPacketSockets(HEADING + LINE.repeat(count), new Unread(PATH))).to.equal(count);
    });
  }

  it('refuses a text without the heading', () => {
    expect(() => countPacketSockets(LINE, new Unread(PATH))).to.throw('proc/1/net/packet: expected');
  });
});
