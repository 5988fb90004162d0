import { expect } from 'chai';
import { parseProtocolCounters } from '../../../exporter/parsers/protocol-counters.ts';

const PATH = 'proc/1/net/snmp';
const SNMP = 'Ip: A B\nIp: 1 2\nTcp: MaxConn OutRsts RetransSegs\nTcp: -1 5678 1234\nUdp: A\nUdp: 9\n';

describe('parseProtocolCounters', () => {
  it('reads the fields that are asked for, in their order', () => {
    expect(parseProtocolCounters(SNMP, PATH, 'Tcp', ['RetransSegs', 'OutRsts', 'MaxConn'])).to.deep.equal([
      1234, 5678, -1,
    ]);
    expect(parseProtocolCounters(SNMP, PATH, 'Ip', ['B'])).to.deep.equal([2]);
  });

  it('leaves out a field that this kernel does not have', () => {
    expect(parseProtocolCounters(SNMP, PATH, 'Tcp', ['Newer', 'OutRsts'])).to.deep.equal([undefined, 5678]);
  });

  it('does not take one protocol for another', () => {
    const text = 'MPTcp: OutRsts\nMPTcp: 9\nTcp: OutRsts\nTcp: 1\n';
    expect(parseProtocolCounters(text, PATH, 'Tcp', ['OutRsts'])).to.deep.equal([1]);
  });

  const broken = [
    '',
    'Tcp: OutRsts\n',
    'Tcp: OutRsts\nIp: 1\n',
    'Tcp: OutRsts\nTcp: x\n',
    'Tcp: A OutRsts\nTcp: 1\n',
  ];
  for (const text of broken) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseProtocolCounters(text, PATH, 'Tcp', ['OutRsts'])).to.throw(
        'proc/1/net/snmp: expected',
      );
    });
  }
});
