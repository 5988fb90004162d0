import type { SourceError } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import { ifPresent } from '../base/sources.ts';
import { readInPieces } from '../kernel/kernel-file.ts';
import type { NodeView } from '../owners/node-view.ts';
import type { NetworkNamespace } from './namespaces.ts';
import { LONGEST_LINE, SOCKET_STATE, SocketCounter } from './socket-table.ts';

/** What a namespace's sockstat says, which costs nothing next to its tables. */
export interface SocketSummary {
  readonly tcp: number;
  readonly tcp6: number;
  readonly udp: number;
  readonly udp6: number;
  readonly timeWait: number;
}

/** What a namespace's tables hold. */
export interface SocketTables {
  /** TCP sockets of both address families by state number. */
  readonly tcp: Uint32Array;
  /** UDP sockets without a peer. */
  readonly unconnectedUdp: number;
  /** Lines that were left out. */
  readonly errors: readonly SourceError[];
}

function readTable(host: NodeView, path: string, errors: SourceError[]): Uint32Array | undefined {
  return ifPresent(() => {
    const unread = new Unread(path);
    const counter = new SocketCounter(unread);
    readInPieces(host.locate(path), path, LONGEST_LINE, (piece) => counter.add(piece));
    const counts = counter.finish();
    errors.push(...unread.errors());
    return counts;
  });
}

/**
 * Reads the socket tables of a namespace that can have anything in them.
 *
 * Each walks the kernel's hash of all sockets of the machine, so a table that sockstat shows to be empty is not read:
 * a connection that is half open needs a listener, and a listener counts as a socket in use.
 *
 * @throws {SourceError}
 */
export function readSocketTables(
  host: NodeView,
  { folder }: NetworkNamespace,
  summary: SocketSummary,
): SocketTables {
  const errors: SourceError[] = [];
  const read = (table: string, sockets: number) =>
    sockets > 0 ? readTable(host, `${folder}/${table}`, errors) : undefined;
  const tcp = [read('tcp', summary.tcp + summary.timeWait), read('tcp6', summary.tcp6 + summary.timeWait)];
  const udp = [read('udp', summary.udp), read('udp6', summary.udp6)];
  const sum = (tables: (Uint32Array | undefined)[], state: number) =>
    tables.reduce((total, table) => total + (table?.[state] ?? 0), 0);
  return {
    tcp: Uint32Array.from({ length: 16 }, (_, state) => sum(tcp, state)),
    unconnectedUdp: sum(udp, SOCKET_STATE.close),
    errors,
  };
}

/** Whether there is nothing to read: sockstat alone says all. */
export function isEmpty({ tcp, tcp6, udp, udp6, timeWait }: SocketSummary): boolean {
  return tcp + tcp6 + udp + udp6 + timeWait === 0;
}
