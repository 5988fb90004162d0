import { expect } from 'chai';
import { tcp } from '../../../exporter/extractors/tcp.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { podSuite } from '../../support/pod.ts';

const RETRANSMITTED = 'tcp_retransmitted_segments_total';
const RESETS = 'tcp_resets_sent_total';
const EVENTS = 'tcp_listen_events_total';
const STILL = {
  [RETRANSMITTED]: 0,
  [RESETS]: 0,
  [`${EVENTS} overflow`]: 0,
  [`${EVENTS} drop_other`]: 0,
  [`${EVENTS} syncookie`]: 0,
};

describe('tcp', () => {
  it('takes the overflows out of the drops', async () => {
    const { samples } = await extractOnce(tcp, fixtureHost());
    expect(seriesLines(samples)).to.include.members([
      'kubevigil_tcp_listen_events_total{event="overflow",namespace="shop",pod="web-0"} 40',
      'kubevigil_tcp_listen_events_total{event="drop_other",namespace="shop",pod="web-0"} 12',
    ]);
  });

  it('leaves out what this kernel does not count', async () => {
    const recorded = fixtureHost();
    const read = (path: string) => recorded.read(path).replaceAll('SyncookiesSent', 'Renamed');
    const { samples } = await extractOnce(tcp, { ...recorded, read });
    const lines = seriesLines(samples);
    expect(lines.filter((line) => line.includes('syncookie'))).to.deep.equal([]);
    expect(lines.filter((line) => line.includes('overflow'))).to.have.length(3);
  });

  it('takes a process 1 that is hidden for a denial, and not for an absence', async () => {
    const failure = await extractOnce(tcp, memoryHost({})).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'unreadable', path: 'proc/1/net/snmp' });
  });

  describe('on this machine', () => {
    const suite = podSuite(tcp, 'network', 'up lo');

    it('stays still for connections that go well', async () => {
      await suite.pod.do('listen 80 5', 'connect a 127.0.0.1 80', 'accept b 80', 'close a', 'close b');
      expect(await suite.values()).to.deep.equal(STILL);
    });

    it('counts a reset for a closed port', async () => {
      await suite.pod.do('begin a 127.0.0.1 81', 'begin b 127.0.0.1 82');
      expect(await suite.values()).to.deep.equal({ ...STILL, [RESETS]: 2 });
    });

    it('counts a SYN that is sent again', async () => {
      await suite.pod.do('tun t0 10.9.0.1', 'begin a 10.9.0.2 80');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const values = await suite.values();
      expect(values[RETRANSMITTED]).to.be.at.least(1);
      expect({ ...values, [RETRANSMITTED]: 0 }).to.deep.equal(STILL);
    });

    it('counts an accept queue that is full', async () => {
      await suite.pod.do('listen 80 0', ...['a', 'b', 'c'].map((name) => `begin ${name} 127.0.0.1 80`));
      const { [`${EVENTS} overflow`]: overflow, ...others } = await suite.values();
      expect(overflow).to.be.at.least(1);
      expect(others).to.include({ [RESETS]: 0, [`${EVENTS} drop_other`]: 0, [`${EVENTS} syncookie`]: 0 });
    });

    it('counts a SYN that cannot be answered', async () => {
      await suite.pod.do('tun t0 10.9.0.1', 'listen 80 5', 'syn 192.0.2.1 10.9.0.1 80 4000');
      expect(await suite.values()).to.deep.equal({ ...STILL, [`${EVENTS} drop_other`]: 1 });
    });

    it('counts SYN cookies', async () => {
      await suite.pod.do('write /proc/sys/net/ipv4/tcp_syncookies 2', 'tun t0 10.9.0.1', 'listen 80 5');
      await suite.pod.do('syn 10.9.0.2 10.9.0.1 80 4000', 'syn 10.9.0.2 10.9.0.1 80 4001');
      expect(await suite.values()).to.deep.equal({ ...STILL, [`${EVENTS} syncookie`]: 2 });
    });
  });
});
