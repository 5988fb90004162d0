import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { addressOf } from '../../../exporter/base/address.ts';
import { beacon } from '../../../scenarios/attacks/beacon.ts';
import { lateralScan } from '../../../scenarios/attacks/lateral-scan.ts';
import { mining } from '../../../scenarios/attacks/mining.ts';
import { reverseShell } from '../../../scenarios/attacks/reverse-shell.ts';
import { ownAddress } from '../../../scenarios/scenario/own-address.ts';
import { fileOf, linkOf, needs, programs, whileOn } from '../support/footprint.ts';

const ESTABLISHED = '01';

interface Line {
  readonly local: string;
  readonly port: number;
  readonly remotePort: number;
  readonly state: string;
  readonly inode: string;
}

/** An address as net/tcp writes it: words of the machine's byte order. */
function textOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  const wide =
    bytes.length === 16 ? bytes : Buffer.concat([Buffer.from('00000000000000000000ffff', 'hex'), bytes]);
  return addressOf(wide).text;
}

/** The TCP sockets of this network namespace. */
function sockets(): Line[] {
  const lines = ['net/tcp', 'net/tcp6'].flatMap((file) =>
    fileOf(process.pid, file).trim().split('\n').slice(1),
  );
  return lines.map((line) => {
    const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    return {
      local: textOf(address),
      port: Number.parseInt(port, 16),
      remotePort: Number.parseInt(remote.split(':')[1] ?? '', 16),
      state,
      inode,
    };
  });
}

describe('footprints of connections', () => {
  const own = ownAddress();

  it('mining is connections to the port of a pool, and processes that compute', async function () {
    await needs(this, mining);
    const found = await whileOn(
      mining,
      () => {
        const [toPool] = sockets().filter(
          ({ local, remotePort, state }) =>
            local === own &&
            state === ESTABLISHED &&
            [3333, 4444, 5555, 7777, 14444, 45700].includes(remotePort),
        );
        const burning = programs(/node/).filter((pid) => fileOf(pid, 'cmdline').includes('cpu-burn.js'));
        return burning.length > 0 ? toPool : undefined;
      },
      { intensity: 0.05 },
    );
    expect(found.local).to.equal(own);
  });

  it('beacon is connections to its own address that come again, each to another port', async function () {
    await needs(this, beacon);
    const ports = new Set<number>();
    await whileOn(beacon, () => {
      const all = sockets().filter(({ local, state }) => local === own && state === ESTABLISHED);
      const both = new Set(all.map(({ port }) => port));
      for (const { remotePort } of all.filter((each) => both.has(each.remotePort))) ports.add(remotePort);
      // Both ends of twice as many connections as there are agents.
      return ports.size > 32;
    });
  });

  it('reverse_shell is shells whose standard input, output and error are one socket', async function () {
    await needs(this, reverseShell);
    const found = await whileOn(reverseShell, () => {
      const shells = programs(/\/(da|ba|z|k)?sh$/).map((pid) =>
        [0, 1, 2].map((fd) => linkOf(pid, `fd/${fd}`)),
      );
      const [links] = shells.filter((each) => /^socket:/.test(each[0] ?? '') && new Set(each).size === 1);
      const inode = /\d+/.exec(links?.[0] ?? '')?.[0];
      return sockets().find((socket) => socket.inode === inode && socket.state === ESTABLISHED);
    });
    expect(found.local).to.equal(own);
  });

  describe('of a scan', () => {
    let service: Server;
    let asked = 0;

    before(async () => {
      service = createServer((socket) => {
        asked++;
        socket.on('error', () => {}).destroy();
      }).listen(0, '127.0.0.1');
      await once(service, 'listening');
    });
    after(() => service.close());

    const resets = () =>
      Number(/Tcp: .*\nTcp: .*/.exec(fileOf(process.pid, 'net/snmp'))?.[0].split('\n')[1]?.split(' ')[14]);

    it('lateral_scan is refused connects, and the service is asked too', async function () {
      const target = `127.0.0.1:${(service.address() as AddressInfo).port}`;
      await needs(this, lateralScan, target);
      const before = resets();
      await whileOn(lateralScan, () => asked > 2 && resets() - before > 30, { target });
    });
  });
});
