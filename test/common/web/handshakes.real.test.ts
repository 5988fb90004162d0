import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { Handshakes } from '../../../common/web/handshakes.ts';

const MOST = 16;

class FakeSocket extends EventEmitter {
  destroyed = false;
  readonly remoteAddress: string;
  readonly remotePort: number;

  constructor(remoteAddress: string, remotePort: number) {
    super();
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

describe('Handshakes', () => {
  it('are few of an address at a time, the newest, and take nothing from another address', () => {
    const step = fc.record({ source: fc.integer({ min: 0, max: 2 }), ends: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const handshakes = new Handshakes();
        const pending: FakeSocket[] = [];
        for (const [port, { source, ends }] of steps.entries()) {
          const socket = new FakeSocket(`127.0.0.${source}`, port);
          handshakes.begin(socket as unknown as Socket);
          expect(socket.destroyed).to.equal(false);
          if (ends) handshakes.done(socket as unknown as Socket);
          else pending.push(socket);
          for (const each of [0, 1, 2]) {
            const own = pending.filter(({ remoteAddress }) => remoteAddress === `127.0.0.${each}`);
            const newest = own.slice(-MOST);
            // One that ended was there for a moment, and may have cost the oldest its place.
            expect(newest.slice(1).every(({ destroyed }) => !destroyed)).to.equal(true);
            expect(own.slice(0, -MOST).every(({ destroyed }) => destroyed)).to.equal(true);
          }
        }
      }),
    );
  });
});
