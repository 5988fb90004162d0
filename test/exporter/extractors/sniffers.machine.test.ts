import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { sniffers } from '../../../exporter/extractors/sniffers.ts';
import { deadMount } from '../../support/dead-mount.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { podSuite } from '../../support/pod.ts';
import { skip } from '../../support/skip.ts';
import { temporaryPaths } from '../../support/temporary.ts';

const PACKET = 'network_sniffers packet_socket';
const RAW = 'network_sniffers raw_socket';
const PROMISCUOUS = 'network_sniffers promiscuous_interface';
/** What a container runtime does for a pod. */
const OWN_SYSFS = ['mounts', 'run mount --make-rprivate /', 'run mount -t sysfs sysfs /sys'];

describe('sniffers', () => {
  it('leaves the ports of a bridge out, and has no flags for pods without a sysfs', async () => {
    const { samples } = await extractOnce(sniffers, fixtureHost());
    expect(seriesLines(samples)).to.deep.equal([
      'kubevigil_network_sniffers{kind="packet_socket",namespace="",pod=""} 1',
      'kubevigil_network_sniffers{kind="raw_socket",namespace="",pod=""} 0',
      'kubevigil_network_sniffers{kind="promiscuous_interface",namespace="",pod=""} 1',
      'kubevigil_network_sniffers{kind="packet_socket",namespace="shop",pod="web-0"} 0',
      'kubevigil_network_sniffers{kind="raw_socket",namespace="shop",pod="web-0"} 0',
      'kubevigil_network_sniffers{kind="packet_socket",namespace="",pod="0a7cf1d2-7a4"} 0',
      'kubevigil_network_sniffers{kind="raw_socket",namespace="",pod="0a7cf1d2-7a4"} 0',
    ]);
  });

  describe('on this machine', () => {
    const at = temporaryPaths();
    const suite = podSuite(sniffers, 'network', 'up lo');

    it('counts packet sockets and raw ones of both families, and no other', async () => {
      await suite.pod.do('udp 53', 'listen 80 5');
      expect(await suite.values()).to.deep.equal({ [PACKET]: 0, [RAW]: 0 });
      await suite.pod.do('packet b', 'packet c');
      expect(await suite.values()).to.deep.equal({ [PACKET]: 2, [RAW]: 0 });
      await suite.pod.do('close b', 'raw d 1', 'raw e 6', 'raw6 f 6');
      expect(await suite.values()).to.deep.equal({ [PACKET]: 1, [RAW]: 3 });
      await suite.pod.do('close d', 'close f');
      expect(await suite.values()).to.deep.equal({ [PACKET]: 1, [RAW]: 1 });
    });

    it('sees a promiscuous interface through the sysfs of the pod', async () => {
      await suite.pod.do(...OWN_SYSFS, 'tun t0 10.9.0.1');
      expect(await suite.values()).to.deep.equal({ [PACKET]: 0, [RAW]: 0, [PROMISCUOUS]: 0 });
      await suite.pod.do('promiscuous t0');
      expect(await suite.values()).to.deep.equal({ [PACKET]: 0, [RAW]: 0, [PROMISCUOUS]: 1 });
      await suite.pod.do('modest t0');
      expect(await suite.values()).to.deep.equal({ [PACKET]: 0, [RAW]: 0, [PROMISCUOUS]: 0 });
    });

    it('does not look where a filesystem may not answer, and counts packet sockets all the same', async function () {
      mkdirSync(at('dead'));
      const dead = await deadMount(at('dead'));
      if (typeof dead === 'string') skip(this, dead);
      try {
        await suite.pod.do(...OWN_SYSFS, `run mount --bind ${at('dead')} /sys/class`, 'packet b');
        expect(await suite.values()).to.deep.equal({ [PACKET]: 1, [RAW]: 0 });
      } finally {
        await dead.end();
      }
    });

    it('takes no folder for a sysfs, and no sysfs of another namespace', async () => {
      await suite.pod.do(
        ...OWN_SYSFS.slice(0, 2),
        'run mount -t tmpfs tmpfs /sys',
        'run mkdir -p /sys/class/net/lo',
      );
      expect(await suite.values()).to.deep.equal({ [PACKET]: 0, [RAW]: 0 });
      await suite.pod.do('run umount /sys', 'run mount -t sysfs sysfs /sys', 'network', 'promiscuous lo');
      expect(await suite.values()).not.to.include({ [PROMISCUOUS]: 1 });
    });
  });
});
