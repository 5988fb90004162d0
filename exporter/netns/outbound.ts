import { endianness } from 'node:os';
import { addressOf } from '../base/address.ts';
import { SourceError } from '../base/errors.ts';
import { Unread } from '../base/lines.ts';
import { ifPresent } from '../base/sources.ts';
import { readInPieces } from '../kernel/kernel-file.ts';
import { ownerOf } from '../owners/namespace-owner.ts';
import type { NodeView } from '../owners/node-view.ts';
import { parseSockstat, parseSockstat6 } from '../parsers/sockstat.ts';
import { parseTcpLine, type TcpSocket } from '../parsers/tcp-table.ts';
import { readEach } from './each.ts';
import type { NetworkNamespace } from './namespaces.ts';
import { CpuBudget, inOrder, type Turn } from './rotation.ts';
import { LONGEST_LINE, SOCKET_STATE } from './socket-table.ts';

/** As much as the socket counts have: each table walks the kernel's hash of all sockets. */
const BUDGET_MICROS = 16_000;
const LITTLE_ENDIAN = endianness() === 'LE';

/** Somebody else may have begun a connection that is in one of these. */
const NOT_BEGUN_HERE: readonly number[] = [
  SOCKET_STATE.listen,
  SOCKET_STATE.synReceived,
  SOCKET_STATE.newSynReceived,
];

/** The other end of a connection that begins in a namespace. */
export interface Outbound {
  readonly namespace: NetworkNamespace;
  readonly address: string;
  readonly port: number;
  /** Whether it may be older than the first look at the host. */
  readonly before: boolean;
}

interface Known {
  readonly sign: string;
  readonly readAtMs: number;
  readonly costMicros: number;
}

interface Now {
  /** Changes when a socket came or went. */
  readonly sign: string;
  readonly sockets: number;
}

interface Candidate extends Turn {
  readonly namespace: NetworkNamespace;
  readonly now: Now;
}

function readNow(host: NodeView, { folder }: NetworkNamespace): Now {
  const [four, six] = [`${folder}/sockstat`, `${folder}/sockstat6`];
  const { tcp, timeWait } = parseSockstat(host.read(four), four);
  const v6 = ifPresent(() => parseSockstat6(host.read(six), six));
  const counts = [tcp, timeWait, v6?.tcp ?? 0];
  return { sign: counts.join(' '), sockets: counts.reduce((sum, count) => sum + count, 0) };
}

function readTable(host: NodeView, path: string, errors: SourceError[]): TcpSocket[] {
  const sockets: TcpSocket[] = [];
  const unread = new Unread(path);
  let rest = '';
  readInPieces(host.locate(path), path, LONGEST_LINE, (piece) => {
    const lines = (rest + piece.toString('latin1')).split('\n');
    // Of a line that is too long to be a socket its beginning is enough.
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) {
      const socket = parseTcpLine(line, unread, LITTLE_ENDIAN);
      if (socket !== undefined) sockets.push(socket);
    }
  });
  errors.push(...unread.errors());
  return sockets;
}

/**
 * The connections that begin in a namespace: all that have a peer, except those on a port that somebody there listens
 * at, which came from outside.
 */
function begunIn(sockets: readonly TcpSocket[]): TcpSocket[] {
  const listening = new Set(
    sockets.filter(({ state }) => state === SOCKET_STATE.listen).map(({ localPort }) => localPort),
  );
  return sockets.filter(
    ({ state, localPort, remotePort }) =>
      remotePort !== 0 && !NOT_BEGUN_HERE.includes(state) && !listening.has(localPort),
  );
}

/**
 * Where the processes of each network namespace are connected to, from net/tcp and net/tcp6 in rotation: for want of the
 * kernel's trace. What begins and ends between two looks leaves no mark, and a refused connect hardly ever one.
 */
export class OutboundTables {
  readonly #budget = new CpuBudget(BUDGET_MICROS);
  #known = new Map<number, Known>();
  /** The namespaces that were there at the first look; their first table may show connections of old. */
  #old: Set<number> | undefined;

  /**
   * Looks at some of the namespaces, those first that have changed.
   *
   * @returns what was found, and all namespaces that have been looked at by now
   * @throws {SourceError} when the host's own namespace cannot be read
   */
  take(host: NodeView, nowMs: number) {
    const { read, errors: denied } = readEach(host, (namespace) => readNow(host, namespace));
    const errors = [...denied];
    const found: Outbound[] = [];
    this.#old ??= new Set([...read.keys()].map(({ inode }) => inode));
    this.#forget(read.keys());
    this.#budget.refill();
    const candidates = inOrder(
      [...read].map(([namespace, now]) => this.#candidate(namespace, now, nowMs)),
      ({ namespace }) => ownerOf(namespace.place),
    );
    for (const { namespace, now, costMicros } of candidates) {
      if (now.sockets > 0 && !this.#budget.allows(costMicros)) continue;
      try {
        found.push(...this.#look(host, namespace, now, nowMs, errors));
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        // What is absent ended while it was read.
        if (error.code !== 'absent') errors.push(error);
      }
    }
    const seen = [...read.keys()].filter(({ inode }) => this.#known.has(inode));
    return { found, seen, errors };
  }

  #look(
    host: NodeView,
    namespace: NetworkNamespace,
    now: Now,
    readAtMs: number,
    errors: SourceError[],
  ): Outbound[] {
    const { inode, folder } = namespace;
    const tables = now.sockets === 0 ? [] : ['tcp', 'tcp6'];
    const { result, costMicros } = this.#budget.spend(() =>
      tables.flatMap((table) => ifPresent(() => readTable(host, `${folder}/${table}`, errors)) ?? []),
    );
    const before = !this.#known.has(inode) && this.#old?.has(inode) === true;
    this.#known.set(inode, { sign: now.sign, readAtMs, costMicros });
    return begunIn(result).map(({ remoteAddress, remotePort }) => ({
      namespace,
      address: addressOf(remoteAddress).text,
      port: remotePort,
      before,
    }));
  }

  #candidate(namespace: NetworkNamespace, now: Now, nowMs: number): Candidate {
    const known = this.#known.get(namespace.inode);
    if (known === undefined) return { namespace, now, age: Infinity, changed: true, costMicros: undefined };
    const age = (nowMs - known.readAtMs) / 1e3;
    return { namespace, now, age, changed: known.sign !== now.sign, costMicros: known.costMicros };
  }

  #forget(present: Iterable<NetworkNamespace>): void {
    const inodes = new Set([...present].map(({ inode }) => inode));
    this.#known = new Map([...this.#known].filter(([inode]) => inodes.has(inode)));
    this.#old = new Set([...(this.#old ?? [])].filter((inode) => inodes.has(inode)));
  }
}
