import { malformed } from '../base/errors.ts';
import { type Unread, wholeNumber } from '../base/lines.ts';

/** States as net/tcp numbers them (include/net/tcp_states.h); UDP uses some of the numbers. */
export const SOCKET_STATE = {
  established: 0x01,
  synSent: 0x02,
  synReceived: 0x03,
  timeWait: 0x06,
  close: 0x07,
  closeWait: 0x08,
  listen: 0x0a,
  newSynReceived: 0x0c,
} as const;

const STATES = 16;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const LETTER_S = 0x73;
/** A line of net/tcp6 has about 170 bytes. */
export const LONGEST_LINE = 1024;
const EXPECTED = 'lines of sockets with their state';
/** Fields before the state: `sl:`, local address, remote address. */
const FIELDS_BEFORE_STATE = 3;

function hexDigit(byte: number | undefined): number {
  const value = Number.parseInt(String.fromCharCode(byte ?? 0), 16);
  return Number.isNaN(value) ? -1 : value;
}

const HEX = Int8Array.from({ length: 256 }, (_, byte) => hexDigit(byte));

/**
 * Counts the sockets in a table such as `/proc/<pid>/net/tcp` by state, piece by piece and byte by byte: a table
 * can have a hundred thousand lines.
 *
 *       sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *        0: 0100007F:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 …
 *
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 */
export class SocketCounter {
  private readonly unread: Unread;
  private readonly counts = new Uint32Array(STATES);
  private rest: Buffer = Buffer.alloc(0);
  private hasHeading = false;
  private first: string | undefined;
  /** In a line that is too long to be a socket, of which the end has not come yet. */
  private isSkipping = false;

  /** @param unread receives lines that are no sockets, by their number if they begin like one */
  constructor(unread: Unread) {
    this.unread = unread;
  }

  /** Takes the next piece, which may end in the middle of a line. */
  add(piece: Buffer): void {
    const bytes = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
    let begin = 0;
    if (this.isSkipping) {
      begin = bytes.indexOf(NEWLINE) + 1;
      if (begin === 0) return;
      this.isSkipping = false;
    }
    for (;;) {
      const end = bytes.indexOf(NEWLINE, begin);
      if (end < 0) break;
      this.line(bytes, begin, end);
      begin = end + 1;
    }
    this.isSkipping = bytes.length - begin > LONGEST_LINE;
    if (this.isSkipping) this.leaveOut(bytes, begin, bytes.length);
    this.rest = this.isSkipping ? Buffer.alloc(0) : Buffer.from(bytes.subarray(begin));
  }

  /**
   * Sockets by state, after the last piece.
   *
   * @throws {SourceError} `malformed` when the table had no heading
   */
  finish(): Uint32Array {
    if (this.rest.length > 0) this.leaveOut(this.rest, 0, this.rest.length);
    if (!this.hasHeading) throw malformed(this.unread.path, EXPECTED, this.first ?? '');
    return this.counts;
  }

  private line(bytes: Buffer, begin: number, end: number): void {
    let at = begin;
    for (let field = 0; field < FIELDS_BEFORE_STATE; field++) {
      while (at < end && bytes[at] === SPACE) at++;
      while (at < end && bytes[at] !== SPACE) at++;
    }
    while (at < end && bytes[at] === SPACE) at++;
    const high = HEX[bytes[at] ?? 0] ?? -1;
    const low = HEX[bytes[at + 1] ?? 0] ?? -1;
    if (high === 0 && low > 0 && (bytes[at + 2] === SPACE || at + 2 === end)) {
      this.counts[low] = (this.counts[low] ?? 0) + 1;
    } else if (!this.hasHeading && bytes[at] === LETTER_S) {
      this.hasHeading = true;
    } else {
      this.leaveOut(bytes, begin, end);
    }
  }

  private leaveOut(bytes: Buffer, begin: number, end: number): void {
    const line = bytes.toString('latin1', begin, Math.min(end, begin + LONGEST_LINE));
    this.first ??= line;
    const colon = line.indexOf(':');
    const number = wholeNumber(line.slice(0, Math.max(0, colon)).trimStart());
    this.unread.add(EXPECTED, line, number === undefined ? undefined : String(number));
  }
}
