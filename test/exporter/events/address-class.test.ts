import { expect } from 'chai';
import fc from 'fast-check';
import { classOf } from '../../../exporter/events/address-class.ts';

const CASES: Readonly<Record<string, readonly string[]>> = {
  is_loopback: ['127.0.0.1', '127.255.255.255', '::1'],
  is_link_local: ['169.254.169.254', 'fe80::1', 'febf::1'],
  is_cluster: [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    'fd00:ec2::254',
    'fc00::1',
  ],
  is_external: [
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '126.255.255.255',
    '223.255.255.255',
  ],
  none: [
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'ff02::1',
    '2001:db8::1',
    '192.0.2.1',
    'x',
    '',
    '1.2.3',
  ],
};

function kinds(address: string): string[] {
  return Object.entries(classOf(address)).flatMap(([kind, holds]) => (holds ? [kind] : []));
}

describe('events: classes of addresses', () => {
  for (const [kind, addresses] of Object.entries(CASES)) {
    it(`${kind}: ${addresses.join(', ')}`, () => {
      for (const address of addresses) {
        expect(kinds(address), address).to.deep.equal(kind === 'none' ? [] : [kind]);
      }
    });
  }

  it('are disjoint', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (address) => {
        expect(kinds(address).length).to.be.at.most(1);
      }),
      { numRuns: 1_000 },
    );
  });
});
