import { expect } from 'chai';
import { Unread } from '../../../exporter/base/lines.ts';
import { parseDefaultRoutes4, parseDefaultRoutes6 } from '../../../exporter/parsers/routes.ts';

const HEADINGS = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const ZEROS = '0'.repeat(32);

function route4(device: string, destination: string, flags: string, mask: string): string {
  return `${device}\t${destination}\t0101A8C0\t${flags}\t0\t0\t100\t${mask}\t0\t0\t0      \n`;
}

function route6(device: string, length: string, flags: string): string {
  return `${ZEROS} ${length} ${ZEROS} 00 ${ZEROS} 00000400 00000002 00000000 ${flags}     ${device}\n`;
}

describe('parseDefaultRoutes4', () => {
  it('takes the devices of all default routes that lead somewhere', () => {
    const text = [
      HEADINGS,
      route4('eth0', '00000000', '0003', '00000000'),
      route4('wwan0', '00000000', '0003', '00000000'),
      route4('down0', '00000000', '0002', '00000000'),
      route4('*', '00000000', '0201', '00000000'),
      route4('half0', '00000000', '0003', '00000080'),
      route4('lan0', '0001A8C0', '0001', '00FFFFFF'),
    ].join('');
    expect([...parseDefaultRoutes4(text, new Unread('route'))]).to.deep.equal(['eth0', 'wwan0']);
  });

  it('refuses a line cut off', () => {
    expect(() => parseDefaultRoutes4(`${HEADINGS}eth0\t00000000`, new Unread('route'))).to.throw(
      'expected a route',
    );
  });
});

describe('parseDefaultRoutes6', () => {
  it('leaves out the route that the kernel has when there is none, and other prefixes', () => {
    const text = [
      route6('eth0', '00', '00000003'),
      route6('lo', '00', '00200200'),
      route6('half0', '01', '00000003'),
    ].join('');
    expect([...parseDefaultRoutes6(text, new Unread('ipv6_route'))]).to.deep.equal(['eth0']);
  });

  it('reads a namespace without IPv6 routes', () => {
    expect(parseDefaultRoutes6('', new Unread('ipv6_route')).size).to.equal(0);
  });

  it('refuses a line cut off', () => {
    expect(() => parseDefaultRoutes6(`${ZEROS} 00 ${ZEROS}`, new Unread('ipv6_route'))).to.throw(
      'expected an IPv6 route',
    );
  });
});
