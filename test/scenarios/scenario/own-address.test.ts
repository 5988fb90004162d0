import type { NetworkInterfaceInfo } from 'node:os';
import { expect } from 'chai';
import { defaultDevices, ownAddress } from '../../../scenarios/scenario/own-address.ts';

const info = (address: string, internal = false) =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;

describe('the own address', () => {
  for (const [what, infos, found] of [
    ['of a pod', [info('127.0.0.1', true), info('10.4.0.7'), info('fe80::1')], '10.4.0.7'],
    ['is IPv4 where there are both', [info('fd00::2'), info('192.168.1.2')], '192.168.1.2'],
    ['is IPv6 where there is no other', [info('fd00::2'), info('fe80::2')], 'fd00::2'],
    [
      'is none on loopback, in public and link-local networks',
      [
        ...[
          info('10.0.0.1', true),
          info('93.184.215.14'),
          info('169.254.1.1'),
          info('fe80::1'),
          info('2001:db8::1'),
        ],
      ],
      undefined,
    ],
  ] as const)
    it(what, () => {
      expect(ownAddress({ eth0: infos, wlan0: undefined }, new Set())).to.equal(found);
    });

  it('is of the device that leads everywhere, whatever bridges come and go', () => {
    const eth0 = [info('203.0.113.9'), info('fd00::2')];
    const interfaces = { veth7: [info('10.218.15.1')], eth0, docker0: [info('172.17.0.1')] };
    expect(ownAddress(interfaces, new Set(['eth0']))).to.equal('fd00::2');
    expect(ownAddress(interfaces, new Set())).to.equal('10.218.15.1');
    // One that leads everywhere and has no private address tells nothing.
    expect(ownAddress({ eth0: [info('203.0.113.9')], br0: [info('10.0.0.1')] }, new Set(['eth0']))).to.equal(
      '10.0.0.1',
    );
  });

  it('knows the default routes of both families', () => {
    const route = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
veth7\t000FDA0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;
    const [none, net] = ['0'.repeat(32), `fd${'0'.repeat(30)}`];
    const route6 = `${net} 40 ${none} 00 ${none} 00000100 00000001 00000000 00000001     eth1
${none} 00 ${none} 00 ${net} 00000400 00000001 00000000 00000003     wlan0
`;
    expect([...defaultDevices(route, route6)]).to.have.members(['eth0', 'wlan0']);
    expect([...defaultDevices('', '')]).to.deep.equal([]);
  });
});
