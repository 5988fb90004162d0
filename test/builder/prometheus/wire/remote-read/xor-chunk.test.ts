import { expect } from 'chai';
import fc from 'fast-check';
import { RemoteReadError } from '../../../../../builder/prometheus/wire/remote-read/errors.ts';
import {
  chunkSampleCount,
  decodeXorChunk,
} from '../../../../../builder/prometheus/wire/remote-read/xor-chunk.ts';
import { SampleBuffer } from '../../../../../builder/samples/sample-buffer.ts';
import { anySamples } from './support/arbitraries.ts';
import { type BitSample, sampleOf } from './support/samples.ts';
import { encodeXorChunk } from './support/xor-encoder.ts';

const SLACK = Buffer.alloc(32, 0xa5);

/** Decodes a chunk that has other bytes before and behind it. */
function decodeChunk(chunk: Uint8Array): BitSample[] {
  const bytes = Buffer.concat([SLACK, chunk, SLACK]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const span = { start: SLACK.length, end: SLACK.length + chunk.length };
  const samples = new SampleBuffer();
  samples.reserve(chunkSampleCount(view, span));
  decodeXorChunk(view, span, samples);
  const bits = new BigUint64Array(samples.values.buffer);
  return Array.from(samples.times, (timeMs, i) => ({ timeMs, bits: bits[i] ?? 0n }));
}

/** Worked out by hand from the format. */
const VECTORS: { what: string; hex: string; samples: BitSample[] }[] = [
  { what: 'no sample', hex: '0000', samples: [] },
  { what: 'one sample', hex: '0001 d00f 3ff8000000000000', samples: [sampleOf(1000, 1.5)] },
  { what: 'a time before 1970', hex: '0001 cf0f 3ff8000000000000', samples: [sampleOf(-1000, 1.5)] },
  {
    what: 'a value that stays, then one with a new window',
    // bits after the second time: 0 | 0 | 11 00001 001011 11111111111
    hex: '0003 d00f 3ff8000000000000 9875 3097ffc0',
    samples: [sampleOf(1000, 1.5), sampleOf(16_000, 1.5), sampleOf(31_000, 3)],
  },
  {
    what: 'a delta of deltas of 14 bits, the largest positive one',
    // bits: 0 | 10 10000000000000 0
    hex: '0003 d00f 3ff8000000000000 9875 500000',
    samples: [sampleOf(1000, 1.5), sampleOf(16_000, 1.5), sampleOf(39_192, 1.5)],
  },
  {
    what: 'a delta of deltas of 14 bits, negative',
    // bits: 0 | 10 11111111111111 0
    hex: '0003 d00f 3ff8000000000000 9875 5fff80',
    samples: [sampleOf(1000, 1.5), sampleOf(16_000, 1.5), sampleOf(30_999, 1.5)],
  },
  {
    what: 'all 64 bits of a value, written as a width of 0',
    // bits: 11 00000 000000, then 64 ones but for the sign of 1.5 ^ what comes out
    hex: '0002 d00f 3ff8000000000000 9875 c0040000000000000008',
    samples: [sampleOf(1000, 1.5), { timeMs: 16_000, bits: 0x3ff8000000000000n ^ 0x8000000000000001n }],
  },
];

describe('builder/prometheus/wire/remote-read/xor-chunk', () => {
  for (const { what, hex, samples } of VECTORS) {
    const chunk = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    it(`decodes ${what}`, () => expect(decodeChunk(chunk)).to.deep.equal(samples));
    it(`is what the test's encoder makes: ${what}`, () =>
      expect(encodeXorChunk(samples)).to.deep.equal(chunk));
  }

  it('gives back any samples, bit for bit', () => {
    fc.assert(
      fc.property(anySamples(), (samples) => {
        expect(decodeChunk(encodeXorChunk(samples))).to.deep.equal(samples);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a chunk that is cut anywhere', () => {
    fc.assert(
      fc.property(anySamples({ minLength: 1, maxLength: 20 }), (samples) => {
        const chunk = encodeXorChunk(samples);
        for (let length = 0; length < chunk.length; length++) {
          expect(() => decodeChunk(chunk.subarray(0, length)), `${length} bytes`).to.throw(RemoteReadError);
        }
      }),
      { numRuns: 50 },
    );
  });

  const REFUSED = [
    { what: 'time that stands still', hex: '0002 d00f 3ff8000000000000 00 00', message: /back in time/ },
    {
      what: 'more samples than bytes',
      hex: 'ffff d00f 3ff8000000000000 9875 00',
      message: /announces 65535/,
    },
    {
      what: 'a first time before -2^53, though the last one is in range',
      hex: '0002 818080808080808001 3ff8000000000000 8080808080808040 00',
      message: /2\^53/,
    },
    { what: 'a time beyond 2^53', hex: '0001 ffffffffffffffffff01 3ff8000000000000', message: /2\^53/ },
    {
      what: 'a value of over 64 bits',
      hex: '0002 d00f 3ff8000000000000 9875 fffc000000000000',
      message: /64 bits/,
    },
  ];
  for (const { what, hex, message } of REFUSED) {
    it(`refuses ${what}`, () => {
      const chunk = Buffer.from(hex.replaceAll(' ', ''), 'hex');
      expect(() => decodeChunk(chunk))
        .to.throw(RemoteReadError, message)
        .with.property('code', 'corrupt');
    });
  }
});
