import { corrupt } from './errors.ts';

/** Wire types of protobuf fields; groups (3, 4) have not been in use since proto2. */
export const WIRE = { VARINT: 0, FIXED64: 1, LENGTH_DELIMITED: 2, FIXED32: 5 } as const;

/** A part of some bytes, `[start, end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Reads the fields of one protobuf message in a span of bytes; it never looks past its end. */
export class ProtobufReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, { start, end }: Span) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Whether another field follows. */
  get more(): boolean {
    return this.#at < this.#end;
  }

  /** An unsigned varint of up to 64 bits; above 2^53 only its magnitude is right. */
  uvarint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 64; scale *= 128) {
      if (this.#at >= this.#end) throw corrupt('a message ends inside a number');
      const byte = this.#bytes[this.#at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw corrupt('a message has a number of more than 64 bits');
  }

  /** Where the content of a string, bytes or message field lies; steps over it. */
  lengthDelimited(): Span {
    const length = this.uvarint();
    const start = this.#at;
    if (length > this.#end - start) throw corrupt('a message has a field that is longer than itself');
    this.#at = start + length;
    return { start, end: this.#at };
  }

  /** Steps over a field that is not known, so that a newer server can be read. */
  skip(wireType: number): void {
    if (wireType === WIRE.VARINT) this.uvarint();
    else if (wireType === WIRE.LENGTH_DELIMITED) this.lengthDelimited();
    else if (wireType === WIRE.FIXED64) this.#step(8);
    else if (wireType === WIRE.FIXED32) this.#step(4);
    else throw corrupt(`a message has a field of the unknown wire type ${wireType}`);
  }

  #step(bytes: number): void {
    if (bytes > this.#end - this.#at) throw corrupt('a message ends inside a field');
    this.#at += bytes;
  }
}
