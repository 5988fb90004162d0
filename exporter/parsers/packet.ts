import { malformed } from '../errors.ts';

const HEADING = 'sk ';

/**
 * Counts the sockets of `/proc/<pid>/net/packet`: one line for each after the heading.
 *
 *     sk               RefCnt Type Proto  Iface R Rmem   User   Inode
 *     0000000000000000 3      3    0003   2     1 0      0      20117
 *
 * @throws {SourceError} `malformed` when the heading is missing
 */
export function countPacketSockets(text: string, path: string): number {
  const [heading = '', ...lines] = text.split('\n');
  if (!heading.startsWith(HEADING)) throw malformed(path, 'the heading of net/packet', text);
  return lines.filter((line) => line.trim() !== '').length;
}
