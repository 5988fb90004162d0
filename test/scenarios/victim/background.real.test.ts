import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { randomFrom } from '../../../common/random.ts';
import { BackgroundLoad, nextGapMs } from '../../../scenarios/victim/background.ts';
import { waitFor } from '../../../tools/programs/wait.ts';

/** What was sent before is counted then, or never. */
const nobodyConnected = (server: Server) =>
  waitFor(
    'the last connection to end',
    () =>
      new Promise<boolean>((resolve) =>
        server.getConnections((_, connections) => resolve(connections === 0)),
      ),
  );

describe('background load', () => {
  it('comes at the rate, unevenly', () => {
    const random = randomFrom(5);
    const gaps: number[] = [];
    let atMs = 0;
    // Whole swings of the rate, which is one in a minute.
    while (atMs < 600_000) {
      const gap = nextGapMs(10, atMs, random);
      gaps.push(gap);
      atMs += gap;
    }
    expect(gaps.length).to.be.closeTo(6_000, 300);
    expect(Math.max(...gaps)).to.be.above(300);
  });

  it('uses the victim until it is stopped, and gives up nothing when it does not answer', async () => {
    let asked = 0;
    let answering = false;
    const server = createServer((_, response) => {
      asked++;
      if (answering) response.end('ok\n');
      else response.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const load = new BackgroundLoad(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    load.start(200, 60_000);
    await waitFor('requests', () => asked > 5);
    answering = true;
    const before = asked;
    await waitFor('more requests', () => asked > before + 5);
    await load.stop();
    await nobodyConnected(server);
    const after = asked;
    await sleep(100);
    expect(asked).to.equal(after);
    server.close();
  });

  it('ends by itself', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const load = new BackgroundLoad(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    // On a machine that is busy 150 ms can pass without a turn.
    while (asked === 0) {
      load.start(100, 150);
      await load.over;
    }
    const after = asked;
    await sleep(100);
    expect(asked).to.equal(after);
    await load.stop();
    server.closeAllConnections();
    server.close();
  });
});
