import { expect } from 'chai';
import { OutboundTables } from '../../../exporter/netns/outbound.ts';
import { fixtureHost } from '../../support/fixture-host.ts';
import { podSuite } from '../../support/pod.ts';

describe('outbound connections from socket tables', () => {
  it('takes what a listener accepted for somebody else’s, and the other end for our own', () => {
    const { found, seen } = new OutboundTables().take(fixtureHost(), 0);
    expect(seen.some(({ isHost }) => isHost)).to.equal(true);
    const host = found.filter(({ namespace }) => namespace.isHost);
    expect(host.map(({ address, port }) => `${address}:${port}`)).to.include('127.0.0.1:631');
    for (const { before } of found) expect(before).to.equal(true);
  });

  describe('on this machine', () => {
    let host = fixtureHost();
    /** Nothing but the view of this machine that an extractor gets. */
    const suite = podSuite(
      {
        name: 'view',
        metrics: {},
        extract: (view) => {
          host = view;
          return [];
        },
      },
      'network',
      'up lo',
    );

    /** What the tables of the pod show, once its turn has come. */
    const look = async (tables: OutboundTables) => {
      for (let i = 0; i < 200; i++) {
        await suite.machine.scrape();
        const { found, seen } = tables.take(host, performance.now());
        const own = found.filter(({ namespace }) => namespace.place?.podUid === suite.pod.uid);
        if (own.length > 0 || (i > 2 && seen.some(({ place }) => place?.podUid === suite.pod.uid)))
          return own;
      }
      throw new Error('the turn of the pod never came');
    };
    const ends = async (tables: OutboundTables) =>
      [...new Set((await look(tables)).map(({ address, port }) => `${address}:${port}`))].sort();

    it('sees a connect without an answer, and one that was answered, from its own side only', async () => {
      const tables = new OutboundTables();
      await suite.pod.do('listen 80 5', 'udp 53', 'raw r');
      expect(await ends(tables)).to.deep.equal([]);
      await suite.pod.do('connect a 127.0.0.1 80', 'accept b 80');
      expect(await ends(tables)).to.deep.equal(['127.0.0.1:80']);
      await suite.pod.do('tun t0 10.9.0.1', 'begin c 10.9.0.2 3333');
      expect(await ends(tables)).to.deep.equal(['10.9.0.2:3333', '127.0.0.1:80']);
    });

    it('says of what it sees first that it may be of old', async () => {
      await suite.pod.do('listen 80 5', 'connect a 127.0.0.1 80');
      const tables = new OutboundTables();
      expect((await look(tables)).map(({ before }) => before)).to.deep.equal([true]);
      await suite.pod.do('tun t0 10.9.0.1', 'begin c 10.9.0.2 3333');
      expect((await look(tables)).every(({ before }) => !before)).to.equal(true);
    });
  });
});
