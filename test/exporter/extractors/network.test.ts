import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../exporter/base/errors.ts';
import { network } from '../../../exporter/extractors/network.ts';
import { KnownPorts } from '../../../exporter/host/uplinks.ts';
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

/** A device of a node, and whether its bytes leave the node there. */
interface Device {
  readonly isPhysical: boolean;
  readonly port: string;
  readonly switchId: string;
  readonly isConduit: boolean;
  readonly isUplink: boolean;
}

const made = (of: Partial<Device>): Device => ({
  isPhysical: true,
  port: '',
  switchId: '',
  isConduit: false,
  isUplink: true,
  ...of,
});

/** The devices that one piece of hardware brings. */
const plain = fc.constantFrom([made({})], [made({ port: 'p0' })], [made({ port: 'p1s2' })]);
const inMemory = fc.constant([made({ isPhysical: false, isUplink: false })]);
const functionPort = fc.constantFrom(
  'pf0vf0',
  'pf1vf12',
  'pf0sf88',
  'c1pf0',
  'c2pf0vf1',
  'c1pf1sf3',
  'pf0',
  'pf0s1',
);
const smartNic = fc
  .array(functionPort, { maxLength: 4 })
  .map((ports) => [
    made({ port: 'p0', switchId: 'a1' }),
    ...ports.map((port) => made({ port, switchId: 'a1', isUplink: false })),
  ]);
const earlyNic = fc
  .nat(3)
  .map((count) => [
    made({ switchId: 'b2' }),
    ...Array.from({ length: count }, (_, i) => made({ port: String(i), switchId: 'b2', isUplink: false })),
  ]);
const wiredSwitch = fc
  .array(fc.constantFrom('p0', 'p1', 'p4'), { minLength: 1, maxLength: 3 })
  .map((ports) => [
    made({ isConduit: true, isUplink: false }),
    ...ports.map((port) => made({ port, switchId: 'c3' })),
  ]);
const topology = fc
  .tuple(plain, fc.array(fc.oneof(plain, inMemory, smartNic, earlyNic, wiredSwitch), { maxLength: 4 }))
  .map(([first, others]) => [first, ...others].flat());

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

  it('counts neither ports of a card’s functions nor the device that a switch is wired to', async () => {
    await fc.assert(
      fc.asyncProperty(topology, async (devices) => {
        const names = devices.map((_, i) => `n${i}`);
        const dev = (i: number, file: string) => `sys/class/net/n${i}/${file}`;
        const links: Record<string, string> = {};
        const files: Record<string, string> = { 'proc/1/net/dev': netDev('lo', ...names) };
        for (const [i, { isPhysical, port, switchId, isConduit }] of devices.entries()) {
          if (isPhysical) links[dev(i, 'device')] = '../pci';
          if (port !== '') files[dev(i, 'phys_port_name')] = `${port}\n`;
          if (switchId !== '') files[dev(i, 'phys_switch_id')] = `${switchId}\n`;
          if (isConduit) files[dev(i, 'dsa/tagging')] = 'dsa\n';
        }
        const expected = names.filter((_, i) => devices[i]?.isUplink);
        expect(await uplinks(files, links)).to.deep.equal(expected);
      }),
    );
  });

  for (const port of ['', 'p0', 'p1', 'p0s0', 'pfx', 'xpf0vf1', 'pf0vf1x']) {
    it(`takes a device whose port is called "${port}"`, async () => {
      const files = { 'proc/1/net/dev': netDev('e'), 'sys/class/net/e/phys_port_name': `${port}\n` };
      expect(await uplinks(files, { 'sys/class/net/e/device': '../pci' })).to.deep.equal(['e']);
    });
  }

  it('takes the default route where all that is physical stands for functions', async () => {
    const files = {
      'proc/1/net/dev': netDev('eth0', 'ovs0'),
      'proc/1/net/route': defaultRoutes('ovs0'),
      'sys/class/net/eth0/phys_port_name': 'c1pf0vf3\n',
    };
    expect(await uplinks(files, { 'sys/class/net/eth0/device': '../pci' })).to.deep.equal(['ovs0']);
  });

  it('sees that a card is a switch by now', async () => {
    const known = new KnownPorts();
    const links = { 'sys/class/net/e/device': '../pci', 'sys/class/net/r/device': '../pci' };
    const look = async (files: Record<string, string>, ...names: string[]) => {
      const host = memoryHost({ files: { 'proc/1/net/dev': netDev(...names), ...files }, links });
      const { samples } = await extractOnce(network, host, known);
      return new Set(samples.map(({ labels }) => labels['device']));
    };
    expect(await look({}, 'e')).to.deep.equal(new Set(['e']));
    const switched = {
      'sys/class/net/e/phys_switch_id': '5e\n',
      'sys/class/net/r/phys_switch_id': '5e\n',
      'sys/class/net/r/phys_port_name': '0\n',
    };
    expect(await look(switched, 'e', 'r')).to.deep.equal(new Set(['e']));
  });

  it('takes names with a colon, loses a line that it does not understand, and fails for an uplink only', async () => {
    const look = async (device: string) => {
      const odd = `${netDev('team0:1', 'eth0')}a b: 1 2\nveth9: 1 2\nwhat\n`;
      const links = { 'sys/class/net/eth0/device': '../pci', [`sys/class/net/${device}/device`]: '../pci' };
      const { samples, errors } = await extractOnce(
        network,
        memoryHost({ files: { 'proc/1/net/dev': odd }, links }),
      );
      expect(samples.map(({ labels }) => labels['device'])).to.include.members(['eth0', device].slice(0, 1));
      return [samples.length, ...errors.map(({ code }) => code)];
    };
    expect(await look('team0:1')).to.deep.equal([8, 'foreign']);
    expect(await look('veth9')).to.deep.equal([4, 'malformed']);
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
