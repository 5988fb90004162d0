import { expect } from 'chai';
import { podNetwork } from '../../../exporter/extractors/pod-network.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { podSuite } from '../../support/pod.ts';

const SYN_BYTES = 40;
const RECEIVE = 'container_network_bytes_total receive';
const TRANSMIT = 'container_network_bytes_total transmit';

describe('pod-network', () => {
  it('has pods only, without their loopback', async () => {
    const { samples } = await extractOnce(podNetwork, fixtureHost());
    expect(seriesLines(samples)).to.deep.equal([
      'kubevigil_container_network_bytes_total{direction="receive",namespace="shop",pod="web-0"} 1214887353',
      'kubevigil_container_network_bytes_total{direction="transmit",namespace="shop",pod="web-0"} 3206191',
      'kubevigil_container_network_bytes_total{direction="receive",namespace="",pod="0a7cf1d2-7a4"} 4096',
      'kubevigil_container_network_bytes_total{direction="transmit",namespace="",pod="0a7cf1d2-7a4"} 2048',
    ]);
  });

  describe('on this machine', () => {
    const suite = podSuite(podNetwork);

    it('has nothing for a pod in the host’s network', async () => {
      expect(await suite.machine.valuesOf(suite.pod)).to.deep.equal({});
    });

    it('stays still for loopback, and counts each byte of a device', async () => {
      await suite.pod.do('network', 'up lo', 'listen 80 5', 'connect a 127.0.0.1 80');
      expect(await suite.values()).to.deep.equal({ [RECEIVE]: 0, [TRANSMIT]: 0 });
      await suite.pod.do('write /proc/sys/net/ipv6/conf/default/disable_ipv6 1', 'tun t0 10.9.0.1');
      const before = await suite.values();
      await suite.pod.do('syn 192.0.2.1 10.9.0.1 99 4000', 'syn 192.0.2.1 10.9.0.1 99 4001');
      const after = await suite.values();
      expect((after[RECEIVE] ?? 0) - (before[RECEIVE] ?? 0)).to.equal(2 * SYN_BYTES);
      expect(after[TRANSMIT]).to.equal(before[TRANSMIT]);
    });
  });
});
