import { expect } from 'chai';
import { SourceError } from '../../../exporter/errors.ts';
import { network } from '../../../exporter/extractors/network.ts';
import { extractOnce } from '../../support/extract.ts';
import { memoryHost } from '../../support/memory-host.ts';

const HEADINGS = 'Inter-|   Receive  |  Transmit\n face |bytes    packets errs|bytes    packets\n';

function netDev(...devices: string[]): string {
  return HEADINGS + devices.map((device) => `${device}: 10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n`).join('');
}

function defaultRoutes(...devices: string[]): string {
  const lines = devices.map((device) => `${device}\t00000000\t00000000\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`);
  return `Iface\tDestination\n${lines.join('')}`;
}

async function uplinks(
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const { samples } = await extractOnce(network, memoryHost({ files, links }));
  return [...new Set(samples.map(({ labels }) => labels['device'] ?? ''))];
}

describe('network', () => {
  it('takes physical devices, whichever has the default route', async () => {
    const files = {
      'proc/1/net/dev': netDev('lo', 'eth0', 'eth1', 'wg0', 'br0'),
      'proc/1/net/route': defaultRoutes('br0', 'wg0'),
    };
    const links = { 'sys/class/net/eth0/device': '../pci', 'sys/class/net/eth1/device': '../pci' };
    expect(await uplinks(files, links)).to.deep.equal(['eth0', 'eth1']);
  });

  it('counts the members of a bond and not the bond', async () => {
    const files = { 'proc/1/net/dev': netDev('bond0', 'em1'), 'proc/1/net/route': defaultRoutes('bond0') };
    const links = { 'sys/class/net/em1/device': '../pci', 'sys/class/net/em1/master': '../bond0' };
    expect(await uplinks(files, links)).to.deep.equal(['em1']);
  });

  it('leaves out a virtual function under a physical device', async () => {
    const files = { 'proc/1/net/dev': netDev('eth0', 'enP1s1') };
    const links = {
      'sys/class/net/eth0/device': '../vmbus',
      'sys/class/net/enP1s1/device': '../pci',
      'sys/class/net/enP1s1/master': '../../../vmbus/net/eth0',
    };
    expect(await uplinks(files, links)).to.deep.equal(['eth0']);
  });

  it('takes the default routes of both protocols where nothing is physical', async () => {
    const zeros = '0'.repeat(32);
    const files = {
      'proc/1/net/dev': netDev('lo', 'eth0', 'eth1', 'veth9'),
      'proc/1/net/route': defaultRoutes('eth0'),
      'proc/1/net/ipv6_route': `${zeros} 00 ${zeros} 00 ${zeros} 00000400 00000002 00000000 00000003     eth1\n`,
    };
    expect(await uplinks(files)).to.deep.equal(['eth0', 'eth1']);
  });

  it('has no series without uplinks', async () => {
    expect(await uplinks({ 'proc/1/net/dev': netDev('lo', 'docker0') })).to.deep.equal([]);
  });

  for (const code of ['unreadable', 'absent'] as const) {
    it(`says so when process 1 is ${code} and shows the own namespace`, async () => {
      const files = {
        'proc/1/net/dev': new SourceError(code, 'proc/1/net/dev', 'proc/1/net/dev: no'),
        'proc/net/dev': netDev('eth0'),
        'proc/net/route': defaultRoutes('eth0'),
      };
      const { samples, errors } = await extractOnce(network, memoryHost({ files }));
      expect(samples).to.have.length(4);
      expect(errors.map((error) => error.code)).to.deep.equal(['unreadable']);
      expect(errors[0]?.message).to.contain("the agent's own network namespace");
    });
  }
});
