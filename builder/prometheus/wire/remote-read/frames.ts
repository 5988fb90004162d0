import { excerpt } from '../../../../common/excerpt.ts';
import { crc32c } from './crc32c.ts';
import { corrupt } from './errors.ts';

/** One message, at the beginning of `bytes` with slack behind it; valid until the next frame is read. */
export interface Frame {
  readonly bytes: Buffer;
  /** Over `bytes`. */
  readonly view: DataView;
  readonly length: number;
}

/** What may be read past a frame's end without harm: two bit windows of the chunk decoder. */
const SLACK_BYTES = 32;
const FIRST_CAPACITY = 65_536;
/** As in Prometheus' own client (DefaultChunkedReadLimit); servers cut at about 1 MiB. */
const LARGEST_FRAME_BYTES = 50_000_000;
const CRC_BYTES = 4;
/** Lengths below 2^28, more than any frame may have. */
const LONGEST_UVARINT = 4;

/**
 * Cuts the stream of `prometheus.ChunkedReadResponse` into its messages: each is a uvarint with its length, its
 * CRC-32C in four bytes, big-endian, and the message itself.
 *
 * The stream may be split anywhere. Memory is bounded by the largest frame, and grows only with bytes received.
 *
 * @see https://github.com/prometheus/prometheus/blob/main/storage/remote/chunked.go
 */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);
  #view = viewOf(this.#bytes);
  readonly #header = Buffer.alloc(LONGEST_UVARINT + CRC_BYTES);
  #headerReceived = 0;
  /** Of the length prefix; 0 until its last byte has come. */
  #uvarintBytes = 0;
  #length = 0;
  #received = 0;
  /** The place of the current frame in the answer, from one. */
  #ordinal = 1;

  /**
   * Takes the next piece of the stream and yields the frames that it completes.
   *
   * @throws {RemoteReadError} `corrupt`
   */
  *push(piece: Uint8Array): Generator<Frame, void, void> {
    let at = 0;
    while (at < piece.length) {
      if (!this.#headerComplete()) this.#takeHeaderByte(piece[at++] as number);
      else at += this.#takeMessage(piece.subarray(at, at + this.#length - this.#received));
      if (this.#headerComplete() && this.#received === this.#length) {
        this.#checkCrc();
        yield { bytes: this.#bytes, view: this.#view, length: this.#length };
        this.#startFrame();
      }
    }
  }

  /**
   * Tells that the stream has ended.
   *
   * @throws {RemoteReadError} `corrupt` when it ended inside a frame
   */
  end(): void {
    if (this.#headerReceived > 0) throw this.#corrupt('is cut short');
  }

  #headerComplete(): boolean {
    return this.#uvarintBytes > 0 && this.#headerReceived === this.#uvarintBytes + CRC_BYTES;
  }

  #takeHeaderByte(byte: number): void {
    this.#header[this.#headerReceived++] = byte;
    if (this.#uvarintBytes > 0) return;
    this.#length += (byte & 0x7f) * 2 ** (7 * (this.#headerReceived - 1));
    if (byte < 0x80) this.#uvarintBytes = this.#headerReceived;
    else if (this.#headerReceived === LONGEST_UVARINT) this.#length = Number.POSITIVE_INFINITY;
    if (this.#length > LARGEST_FRAME_BYTES) throw this.#corrupt(`is over ${LARGEST_FRAME_BYTES} bytes long`);
  }

  #takeMessage(part: Uint8Array): number {
    this.#reserve(this.#received + part.length);
    this.#bytes.set(part, this.#received);
    this.#received += part.length;
    return part.length;
  }

  #reserve(length: number): void {
    if (length + SLACK_BYTES <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.max(FIRST_CAPACITY, 2 * length) + SLACK_BYTES);
    grown.set(this.#bytes.subarray(0, this.#received));
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }

  #checkCrc(): void {
    this.#reserve(this.#length);
    const sent = this.#header.readUInt32BE(this.#uvarintBytes);
    const computed = crc32c(this.#view, 0, this.#length);
    if (sent !== computed) throw this.#corrupt(`has CRC-32C ${hex(computed)}, not ${hex(sent)} as announced`);
  }

  #startFrame(): void {
    this.#headerReceived = 0;
    this.#uvarintBytes = 0;
    this.#length = 0;
    this.#received = 0;
    this.#ordinal++;
  }

  /** A server that fails after its first frame writes the reason where the next frame would be: it is shown. */
  #corrupt(what: string): Error {
    const raw = [this.#header.subarray(0, this.#headerReceived), this.#bytes.subarray(0, this.#received)];
    const text = Buffer.concat(raw).toString('utf8');
    const reason = /^[\x20-\x7e]{3,}\s*$/.test(text) ? `; the server wrote: ${excerpt(text)}` : '';
    return corrupt(`frame ${this.#ordinal} of the answer ${what}${reason}`);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}
