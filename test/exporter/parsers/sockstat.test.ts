import { expect } from 'chai';
import { parseRawSockets, parseSockstat, parseSockstat6 } from '../../../exporter/parsers/sockstat.ts';

const PATH = 'proc/1/net/sockstat';

describe('parseSockstat', () => {
  it('reads what is of the namespace', () => {
    const text =
      'sockets: used 310\nTCP: inuse 5 orphan 0 tw 2 alloc 41 mem 4\nUDP: inuse 3 mem 2\nUDPLITE: inuse 7\n';
    expect(parseSockstat(text, PATH)).to.deep.equal({ tcp: 5, udp: 3, timeWait: 2 });
  });

  for (const text of ['', 'TCP: inuse 5 orphan 0 tw 2\n', 'TCP: inuse x tw 2\nUDP: inuse 1\n']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseSockstat(text, PATH)).to.throw('proc/1/net/sockstat: expected');
    });
  }
});

describe('parseSockstat6', () => {
  it('reads both protocols', () => {
    const text = 'TCP6: inuse 2\nUDP6: inuse 1\nUDPLITE6: inuse 0\nRAW6: inuse 1\nFRAG6: inuse 0 memory 0\n';
    expect(parseSockstat6(text, PATH)).to.deep.equal({ tcp: 2, udp: 1 });
  });

  it('refuses anything else', () => {
    expect(() => parseSockstat6('TCP: inuse 1\nUDP: inuse 2\n', PATH)).to.throw(
      'proc/1/net/sockstat: expected',
    );
  });
});

describe('parseRawSockets', () => {
  const texts: [text: string, count: number][] = [
    ['TCP: inuse 5 orphan 0 tw 2\nUDPLITE: inuse 7\nRAW: inuse 3\nFRAG: inuse 9 memory 0\n', 3],
    ['UDPLITE6: inuse 7\nRAW6: inuse 12\nFRAG6: inuse 9 memory 0\n', 12],
    ['RAW: inuse 0', 0],
  ];
  for (const [text, raw] of texts) {
    it(`reads ${raw} of ${JSON.stringify(text)}`, () => {
      expect(parseRawSockets(text, PATH)).to.equal(raw);
    });
  }

  for (const text of ['', 'RAW: inuse x\n', 'DRAW: inuse 1\n']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseRawSockets(text, PATH)).to.throw('proc/1/net/sockstat: expected');
    });
  }
});
