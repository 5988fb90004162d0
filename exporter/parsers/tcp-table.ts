import type { Unread } from '../base/lines.ts';

/** A socket of net/tcp or net/tcp6 that has a peer, or listens. */
export interface TcpSocket {
  readonly state: number;
  readonly localPort: number;
  /** 4 or 16 bytes, in the order of the network. */
  readonly remoteAddress: Buffer;
  readonly remotePort: number;
}

const LINE =
  /^ *\d+: (?:[0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) /;
const HEADING = /^ *sl /;
/** It begins like a socket: its number. */
const NUMBERED = /^ *(\d+):/;
const WORD_BYTES = 4;

/** The kernel prints an address as 32-bit words in the order of its own machine. */
function inNetworkOrder(hex: string, littleEndian: boolean): Buffer {
  const bytes = Buffer.from(hex, 'hex');
  if (!littleEndian) return bytes;
  for (let at = 0; at < bytes.length; at += WORD_BYTES) bytes.subarray(at, at + WORD_BYTES).reverse();
  return bytes;
}

/**
 * Parses one line of `/proc/<pid>/net/tcp` or `tcp6`.
 *
 *       sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *        0: 0100007F:9C40 0800A8C0:01BB 01 00000000:00000000 00:00000000 00000000     0        0 20001 1 …
 *
 * @param littleEndian whether this machine is
 * @param unread receives a line that is no socket, by its number if it begins like one
 * @returns undefined for the heading and for such a line
 * @see https://docs.kernel.org/networking/proc_net_tcp.html
 */
export function parseTcpLine(line: string, unread: Unread, littleEndian: boolean): TcpSocket | undefined {
  const [, localPort = '', address = '', remotePort = '', state = ''] = LINE.exec(line) ?? [];
  if (state === '') {
    if (!HEADING.test(line)) unread.add('"<n>: <local> <remote> <state> …"', line, NUMBERED.exec(line)?.[1]);
    return undefined;
  }
  return {
    state: Number.parseInt(state, 16),
    localPort: Number.parseInt(localPort, 16),
    remoteAddress: inNetworkOrder(address, littleEndian),
    remotePort: Number.parseInt(remotePort, 16),
  };
}
