import type { NetworkInterfaceInfo } from 'node:os';
import { expect } from 'chai';
import { ownAddress } from '../../../scenarios/scenario/own-address.ts';

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
      expect(ownAddress({ eth0: infos, wlan0: undefined })).to.equal(found);
    });
});
