/** The two hashes that journals find data by; both as in systemd, bit for bit. */

const MASK = (1n << 64n) - 1n;

const rotate32 = (x: number, k: number) => (x << k) | (x >>> (32 - k));
const rotate64 = (x: bigint, k: bigint) => ((x << k) | (x >> (64n - k))) & MASK;

/**
 * Jenkins' lookup3 (`hashlittle2`), its two words put together.
 *
 * @see https://burtleburtle.net/bob/c/lookup3.c
 */
export function jenkins64(data: Buffer): bigint {
  let a = (0xdeadbeef + data.length) | 0;
  let b = a;
  let c = a;
  // Beyond the end the data is zeros, which is what the published switch over the rest comes to.
  const padded = Buffer.concat([data, Buffer.alloc(12)]);
  let at = 0;
  for (; data.length - at > 12; at += 12) {
    a = (a + padded.readInt32LE(at)) | 0;
    b = (b + padded.readInt32LE(at + 4)) | 0;
    c = (c + padded.readInt32LE(at + 8)) | 0;
    a = ((a - c) ^ rotate32(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate32(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate32(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotate32(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate32(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate32(b, 4)) | 0;
    b = (b + a) | 0;
  }
  if (data.length > at) {
    a = (a + padded.readInt32LE(at)) | 0;
    b = (b + padded.readInt32LE(at + 4)) | 0;
    c = (c + padded.readInt32LE(at + 8)) | 0;
    c = ((c ^ b) - rotate32(b, 14)) | 0;
    a = ((a ^ c) - rotate32(c, 11)) | 0;
    b = ((b ^ a) - rotate32(a, 25)) | 0;
    c = ((c ^ b) - rotate32(b, 16)) | 0;
    a = ((a ^ c) - rotate32(c, 4)) | 0;
    b = ((b ^ a) - rotate32(a, 14)) | 0;
    c = ((c ^ b) - rotate32(b, 24)) | 0;
  }
  return (BigInt(c >>> 0) << 32n) | BigInt(b >>> 0);
}

/**
 * SipHash-2-4.
 *
 * @param key 16 bytes
 * @see https://www.aumasson.jp/siphash/siphash.pdf
 */
export function siphash24(data: Buffer, key: Buffer): bigint {
  const [k0, k1] = [key.readBigUInt64LE(0), key.readBigUInt64LE(8)];
  let v0 = 0x736f6d6570736575n ^ k0;
  let v1 = 0x646f72616e646f6dn ^ k1;
  let v2 = 0x6c7967656e657261n ^ k0;
  let v3 = 0x7465646279746573n ^ k1;
  const round = () => {
    v0 = (v0 + v1) & MASK;
    v1 = rotate64(v1, 13n) ^ v0;
    v0 = rotate64(v0, 32n);
    v2 = (v2 + v3) & MASK;
    v3 = rotate64(v3, 16n) ^ v2;
    v0 = (v0 + v3) & MASK;
    v3 = rotate64(v3, 21n) ^ v0;
    v2 = (v2 + v1) & MASK;
    v1 = rotate64(v1, 17n) ^ v2;
    v2 = rotate64(v2, 32n);
  };
  const whole = data.length - (data.length % 8);
  const last = Buffer.alloc(8);
  data.copy(last, 0, whole);
  last[7] = data.length & 0xff;
  const padded = Buffer.concat([data.subarray(0, whole), last]);
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at);
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}
