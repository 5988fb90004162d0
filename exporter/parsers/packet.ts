import { malformed } from '../base/errors.ts';
import { eachLine, fieldsOf, type Unread } from '../base/lines.ts';

const HEADING = 'sk ';
/** The socket, which some kernels print as a word in parentheses, and eight numbers. */
const FIELDS = 9;
const NUMBER = /^[0-9a-f]+$/;

/**
 * Counts the sockets of `/proc/<pid>/net/packet`: one line for each after the heading.
 *
 *     sk               RefCnt Type Proto  Iface R Rmem   User   Inode
 *     0000000000000000 3      3    0003   2     1 0      0      20117
 *
 * @param unread receives lines that are no sockets
 * @throws {SourceError} `malformed` when the heading is missing, or no line is a socket
 */
export function countPacketSockets(text: string, unread: Unread): number {
  if (!text.startsWith(HEADING)) throw malformed(unread.path, 'the heading of net/packet', text);
  let sockets = 0;
  const heading = text.indexOf('\n');
  eachLine(text, heading < 0 ? text.length : heading + 1, 'a packet socket', unread, (line) => {
    const [, ...numbers] = fieldsOf(line, FIELDS);
    if (numbers.length < FIELDS - 1 || !numbers.every((number) => NUMBER.test(number))) return false;
    sockets++;
    return true;
  });
  return sockets;
}
