/** Frames of HTTP/2, as bytes (RFC 9113, section 4). */

export const FRAME = {
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  continuation: 9,
} as const;
export const FLAG = { endStream: 1, endHeaders: 4 } as const;
const HEAD_BYTES = 9;
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const CANCEL = Buffer.from([0, 0, 0, 8]);

export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** What a client sends first: the preface, and settings that are the usual ones. */
export const OPENING: Buffer = Buffer.concat([PREFACE, frame(FRAME.settings, 0, 0, new Uint8Array())]);

/** A string of HPACK without Huffman's code (RFC 7541, 5.2), shorter than 127 bytes. */
const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);

/** `GET http://<authority><path>`; both shorter than 127 bytes. */
export function getHeaders(authority: string, path: string): Buffer {
  // :method GET and :scheme http by their indices; :authority and :path, whose names have indices, without indexing.
  return Buffer.concat([Buffer.from([0x82, 0x86, 0x01]), text(authority), Buffer.from([0x04]), text(path)]);
}

/** A request that is taken back as soon as it is made. */
export function takenBack(stream: number, headers: Uint8Array): Buffer {
  return Buffer.concat([
    frame(FRAME.headers, FLAG.endStream | FLAG.endHeaders, stream, headers),
    frame(FRAME.resetStream, 0, stream, CANCEL),
  ]);
}

/** Reads what a server sends, as far as the types of its frames go. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The types of the frames that are whole with these bytes. */
  read(bytes: Uint8Array): number[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const types: number[] = [];
    for (;;) {
      if (this.#rest.length < HEAD_BYTES) return types;
      const end = HEAD_BYTES + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) return types;
      types.push(this.#rest.readUInt8(3));
      this.#rest = this.#rest.subarray(end);
    }
  }
}
