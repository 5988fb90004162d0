import { expect } from 'chai';
import { agentMetrics } from '../../../exporter/catalogue/agent.ts';
import { sockets } from '../../../exporter/extractors/sockets.ts';
import { waitFor } from '../../../tools/programs/wait.ts';
import { extractOnce, seriesLines } from '../../support/extract.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { podSuite } from '../../support/pod.ts';

describe('sockets', () => {
  it('counts both address families, and CLOSE_WAIT once', async () => {
    const { samples } = await extractOnce(sockets, fixtureHost());
    expect(seriesLines(samples)).to.include.members([
      // CurrEstab is 3 there: two established, and one in CLOSE_WAIT, which this kernel counts as well.
      'kubevigil_tcp_connections{state="established",namespace="",pod=""} 2',
      'kubevigil_tcp_connections{state="close_wait",namespace="",pod=""} 1',
      'kubevigil_listening_sockets{protocol="tcp",namespace="",pod=""} 2',
      'kubevigil_listening_sockets{protocol="udp",namespace="",pod=""} 2',
    ]);
  });

  describe('on this machine', () => {
    const suite = podSuite(sockets, 'network', 'up lo');

    /** What is not 0, once every namespace of this machine had its turn. */
    async function counts(): Promise<Record<string, number>> {
      const sinceMs = performance.now();
      await waitFor('the turn of every namespace', async () => {
        const { samples } = await suite.machine.scrape();
        const age = samples.find(({ metric }) => metric === agentMetrics.socketTableAge)?.value ?? Infinity;
        return age * 1_000 < performance.now() - sinceMs;
      });
      return Object.fromEntries(Object.entries(await suite.values()).filter(([, value]) => value > 0));
    }

    it('has zeros for a namespace without sockets, and stays there for raw ones', async () => {
      await suite.pod.do('raw a', 'packet b');
      const values = await suite.values();
      expect(Object.keys(values)).to.have.length(8);
      expect(Object.values(values)).to.satisfy((all: number[]) => all.every((value) => value === 0));
    });

    it('counts listeners of both protocols', async () => {
      await suite.pod.do('listen 80 5', 'listen 81 5', 'udp 53');
      expect(await counts()).to.deep.equal({ 'listening_sockets tcp': 2, 'listening_sockets udp': 1 });
      await suite.pod.do('close listener81', 'close udp53');
      expect(await counts()).to.deep.equal({ 'listening_sockets tcp': 1 });
    });

    it('counts both ends of a connection, then one that waits to be closed, then the end of it', async () => {
      await suite.pod.do('listen 80 5', 'connect a 127.0.0.1 80', 'accept b 80');
      const listener = { 'listening_sockets tcp': 1 };
      expect(await counts()).to.deep.equal({ ...listener, 'tcp_connections established': 2 });
      await suite.pod.do('close a');
      expect(await counts()).to.deep.equal({
        ...listener,
        'tcp_connections close_wait': 1,
        'tcp_connections other': 1,
      });
      await suite.pod.do('close b');
      expect(await counts()).to.deep.equal({ ...listener, 'tcp_connections time_wait': 1 });
    });

    it('counts connections that are half open, on either side', async () => {
      await suite.pod.do('tun t0 10.9.0.1', 'begin a 10.9.0.2 80');
      expect(await counts()).to.deep.equal({ 'tcp_connections syn_sent': 1 });
      await suite.pod.do(
        'close a',
        'listen 80 5',
        'syn 10.9.0.2 10.9.0.1 80 4000',
        'syn 10.9.0.2 10.9.0.1 80 4001',
      );
      expect(await counts()).to.include({ 'tcp_connections syn_recv': 2, 'listening_sockets tcp': 1 });
    });
  });
});
