import { expect } from 'chai';
import fc from 'fast-check';
import { RemoteReadError } from '../../../../../builder/prometheus/wire/remote-read/errors.ts';
import { FrameReader } from '../../../../../builder/prometheus/wire/remote-read/frames.ts';
import { frame } from './support/wire.ts';

/** The messages in a stream that came in these pieces. */
function messagesOf(pieces: readonly Uint8Array[]): Buffer[] {
  const reader = new FrameReader();
  const messages: Buffer[] = [];
  for (const piece of pieces) {
    for (const { bytes, length } of reader.push(piece)) messages.push(Buffer.from(bytes.subarray(0, length)));
  }
  reader.end();
  return messages;
}

const MESSAGES = [Buffer.from('a'), Buffer.alloc(300, 7), Buffer.from('last')];
const STREAM = Buffer.concat(MESSAGES.map(frame));

describe('builder/prometheus/wire/remote-read/frames', () => {
  it('reads nothing from nothing', () => expect(messagesOf([])).to.deep.equal([]));

  it('reads frames split at every byte', () => {
    for (let at = 0; at <= STREAM.length; at++) {
      expect(messagesOf([STREAM.subarray(0, at), STREAM.subarray(at)]), `split at ${at}`).to.deep.equal(
        MESSAGES,
      );
    }
  });

  it('reads frames that come byte by byte', () => {
    expect(messagesOf(Array.from(STREAM, (byte) => Uint8Array.of(byte)))).to.deep.equal(MESSAGES);
  });

  it('reads any messages in any pieces', () => {
    const anyMessages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 6 });
    fc.assert(
      fc.property(anyMessages, fc.integer({ min: 1, max: 50 }), (messages, size) => {
        const stream = Buffer.concat(messages.map(frame));
        const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, i) =>
          stream.subarray(i * size, (i + 1) * size),
        );
        expect(messagesOf(pieces)).to.deep.equal(messages.map((message) => Buffer.from(message)));
      }),
    );
  });

  it('reads a message that is larger than any before it', () => {
    const messages = [1, 70_000, 1_100_000].map((length) => Buffer.alloc(length, length));
    expect(messagesOf(messages.map(frame)).map((message) => message.length)).to.deep.equal([
      1, 70_000, 1_100_000,
    ]);
  });

  it('refuses a stream that ends inside a frame', () => {
    const ends = new Set(MESSAGES.map((_, i) => Buffer.concat(MESSAGES.slice(0, i + 1).map(frame)).length));
    for (let length = 1; length < STREAM.length; length++) {
      if (ends.has(length)) continue;
      expect(() => messagesOf([STREAM.subarray(0, length)]), `${length} bytes`).to.throw(
        RemoteReadError,
        /cut short/,
      );
    }
  });

  it('refuses every flipped bit', () => {
    for (let bit = 0; bit < STREAM.length * 8; bit++) {
      const flipped = Buffer.from(STREAM);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => messagesOf([flipped]), `bit ${bit}`)
        .to.throw(RemoteReadError)
        .with.property('code', 'corrupt');
    }
  });

  it('names the checksums that differ', () => {
    const wrong = Buffer.from(STREAM);
    wrong[wrong.length - 1] = 0;
    expect(() => messagesOf([wrong])).to.throw(
      /^remote read: frame 3 of the answer has CRC-32C [0-9a-f]{8}, not [0-9a-f]{8}/,
    );
  });

  for (const length of ['ffffff7f', 'ffffffffffffffffff01', '80808080808000']) {
    it(`refuses the length ${length} without waiting for its bytes`, () => {
      expect(() => messagesOf([Buffer.from(length, 'hex')])).to.throw(RemoteReadError, /over 50000000 bytes/);
    });
  }

  it('shows what a server wrote when it failed after its first frame', () => {
    const failed = Buffer.concat([STREAM, Buffer.from('expanding series: context deadline exceeded\n')]);
    expect(() => messagesOf([failed])).to.throw(
      /frame 4 .*; the server wrote: expanding series: context deadline exceeded$/,
    );
  });
});
