import { expect } from 'chai';
import fc from 'fast-check';
import { crc32c } from '../../../../../builder/prometheus/wire/remote-read/crc32c.ts';
import { crc32c as bitwise } from './support/crc32c.ts';

/** RFC 3720, appendix B.4, and the check value of the CRC catalogue. */
const VECTORS = [
  { of: 'nothing', bytes: Buffer.alloc(0), crc: 0 },
  { of: 'the digits 1 to 9', bytes: Buffer.from('123456789'), crc: 0xe3069283 },
  { of: '32 zero bytes', bytes: Buffer.alloc(32), crc: 0x8a9136aa },
  { of: '32 bytes of ones', bytes: Buffer.alloc(32, 0xff), crc: 0x62a8ab43 },
  { of: '32 rising bytes', bytes: Buffer.from(Array.from({ length: 32 }, (_, i) => i)), crc: 0x46dd794e },
];

function fast(bytes: Uint8Array, start = 0, end = bytes.length): number {
  return crc32c(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), start, end);
}

describe('builder/prometheus/wire/remote-read/crc32c', () => {
  for (const { of, bytes, crc } of VECTORS) {
    it(`of ${of}`, () => expect(fast(bytes)).to.equal(crc));
  }

  it('equals the bitwise definition for any part of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, start) => {
        const from = Math.min(start, bytes.length);
        expect(fast(bytes, from)).to.equal(bitwise(bytes.subarray(from)));
      }),
    );
  });
});
