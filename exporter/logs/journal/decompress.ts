import * as zlib from 'node:zlib';

/** Flags of an object, which are also those of the file. */
const XZ = 1;
const LZ4 = 2;
const ZSTD = 4;

/** What a message becomes at most; only its beginning is looked at. */
const MAX_BYTES = 4 * 1_048_576;

/** Since Node 22.15 and 23.8; our types are those of Node 20. */
type Zstd = (data: Buffer, options: { readonly maxOutputLength: number }) => Buffer;
const zstd = (zlib as unknown as { readonly zstdDecompressSync?: Zstd }).zstdDecompressSync;

/** A number that goes on as long as its bytes are 255. */
function longLength(data: Buffer, from: number, nibble: number): [length: number, at: number] {
  let [length, at] = [nibble, from];
  if (nibble !== 15) return [length, at];
  for (;;) {
    const byte = data.readUInt8(at);
    at += 1;
    length += byte;
    if (byte !== 255) return [length, at];
  }
}

/**
 * Undoes one block of LZ4.
 *
 * @param bytes what it becomes
 * @throws {RangeError} when it is not such a block
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
function lz4Block(data: Buffer, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  let [at, end] = [0, 0];
  while (at < data.length) {
    const token = data.readUInt8(at);
    const [literals, start] = longLength(data, at + 1, token >> 4);
    if (start + literals > data.length || end + literals > bytes) throw new RangeError('beyond the end');
    data.copy(out, end, start, start + literals);
    at = start + literals;
    end += literals;
    if (at >= data.length) break;
    const distance = data.readUInt16LE(at);
    const [more, next] = longLength(data, at + 2, token & 15);
    const length = more + 4;
    if (distance === 0 || distance > end || end + length > bytes)
      throw new RangeError('outside of the block');
    // Byte by byte: what is copied may be what was just written.
    for (let i = 0; i < length; i++) out[end + i] = out[end + i - distance] ?? 0;
    at = next;
    end += length;
  }
  return out.subarray(0, end);
}

/**
 * The payload of a journal's object.
 *
 * @param flags of the object
 * @returns the payload; or how it is compressed, when that cannot be undone here
 */
export function decompress(payload: Buffer, flags: number): Buffer | 'xz' | 'lz4' | 'zstd' {
  if (flags & XZ) return 'xz';
  if (flags & LZ4) {
    try {
      const bytes = Number(payload.readBigUInt64LE(0));
      return bytes > MAX_BYTES ? 'lz4' : lz4Block(payload.subarray(8), bytes);
    } catch {
      return 'lz4'; // not a block of it
    }
  }
  if (flags & ZSTD) {
    try {
      return zstd?.(payload, { maxOutputLength: MAX_BYTES }) ?? 'zstd';
    } catch {
      return 'zstd'; // damaged, or larger than is looked at
    }
  }
  return payload;
}
