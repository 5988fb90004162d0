import { SourceError } from '../base/errors.ts';
import { ifPresent } from '../base/sources.ts';
import { readSmall } from '../kernel/kernel-file.ts';
import { ownerOf } from '../owners/namespace-owner.ts';
import type { NodeView } from '../owners/node-view.ts';
import { parseProtocolCounters } from '../parsers/protocol-counters.ts';
import { parseSockstat, parseSockstat6 } from '../parsers/sockstat.ts';
import { readEach } from './each.ts';
import type { NetworkNamespace } from './namespaces.ts';
import { CpuBudget, inOrder, type Turn } from './rotation.ts';
import { SOCKET_STATE } from './socket-table.ts';
import { isEmpty, readSocketTables, type SocketSummary, type SocketTables } from './socket-tables.ts';

/** A scrape has 20 ms for sockets; what the tables leave is for sockstat and snmp. */
const BUDGET_MICROS = 16_000;
const NOTHING: SocketTables = { tcp: new Uint32Array(16), unconnectedUdp: 0, errors: [] };

interface Known {
  readonly tables: SocketTables;
  readonly sign: string;
  readonly readAtMs: number;
  readonly costMicros: number;
}

interface Now {
  readonly summary: SocketSummary;
  /** Changes when a socket came or went, or when somebody does not answer. */
  readonly sign: string;
  readonly established: number;
}

interface Candidate extends Turn {
  readonly namespace: NetworkNamespace;
  readonly now: Now;
}

/** The sockets of one namespace. */
export interface NamespaceSockets {
  readonly namespace: NetworkNamespace;
  readonly established: number;
  /** As old as the last reading; undefined before the first. */
  readonly tables: SocketTables | undefined;
}

/** The sockets of all namespaces. */
export interface SocketCensus {
  readonly sockets: readonly NamespaceSockets[];
  /** Of the oldest table, undefined when there is none. */
  readonly ageSeconds: number | undefined;
  readonly errors: readonly SourceError[];
}

const parseEstablished = (text: string, path: string) =>
  parseProtocolCounters(text, path, 'Tcp', ['CurrEstab', 'RetransSegs']);

function readNow(host: NodeView, { folder }: NetworkNamespace): Now {
  const [four, six, snmp] = [`${folder}/sockstat`, `${folder}/sockstat6`, `${folder}/snmp`];
  const { tcp, udp, timeWait } = parseSockstat(host.read(four), four);
  // No such file where IPv6 is switched off.
  const v6 = ifPresent(() => parseSockstat6(host.read(six), six)) ?? { tcp: 0, udp: 0 };
  const [established = 0, retransmitted = 0] = parseEstablished(host.read(snmp), snmp);
  const summary = { tcp, udp, timeWait, tcp6: v6.tcp, udp6: v6.udp };
  return { summary, sign: JSON.stringify([summary, retransmitted]), established };
}

/** Counts sockets in every namespace, and remembers the tables between their turns. */
export class SocketCounts {
  private known = new Map<number, Known>();
  private readonly budget = new CpuBudget(BUDGET_MICROS);
  /** Since 6.11, and in corrected older kernels, CurrEstab counts CLOSE_WAIT as well. Seen when there is one. */
  private closeWaitIsEstablished = false;

  /**
   * The sockets of this moment; tables are read in rotation, for 16 ms of CPU time in one scrape.
   *
   * @throws {SourceError} when the host's own namespace cannot be read
   */
  take(host: NodeView, nowMs: number): SocketCensus {
    const { read, errors: denied } = readEach(host, (namespace) => readNow(host, namespace));
    const errors = [...denied];
    this.forget(read.keys());
    this.budget.refill();
    const candidates = inOrder(
      [...read].map(([namespace, now]) => this.candidate(namespace, now, nowMs)),
      ({ namespace }) => ownerOf(namespace.place),
    );
    for (const { namespace, now, costMicros } of candidates) {
      if (isEmpty(now.summary)) {
        this.known.set(namespace.inode, { tables: NOTHING, sign: now.sign, readAtMs: nowMs, costMicros: 0 });
        continue;
      }
      if (!this.budget.allows(costMicros)) continue;
      try {
        this.readTables(host, namespace, now, nowMs);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        // What is absent ended while it was read.
        if (error.code !== 'absent') errors.push(error);
      }
    }
    // A table is as it was read last, and so is what was left out of it.
    for (const { tables } of this.known.values()) errors.push(...tables.errors);
    return { sockets: this.sockets(read), ageSeconds: this.oldest(nowMs), errors };
  }

  private candidate(namespace: NetworkNamespace, now: Now, nowMs: number): Candidate {
    const known = this.known.get(namespace.inode);
    if (known === undefined)
      return { namespace, now, age: Infinity, changed: true, costMicros: this.dearest() };
    const age = (nowMs - known.readAtMs) / 1e3;
    return { namespace, now, age, changed: known.sign !== now.sign, costMicros: known.costMicros };
  }

  /** All tables of a machine are of a size: what another namespace took is the best guess. */
  private dearest(): number | undefined {
    const costs = [...this.known.values()].map(({ costMicros }) => costMicros);
    return costs.length === 0 ? undefined : Math.max(...costs);
  }

  private readTables(host: NodeView, namespace: NetworkNamespace, now: Now, nowMs: number): void {
    const { result: tables, costMicros } = this.budget.spend(() =>
      readSocketTables(host, namespace, now.summary),
    );
    this.known.set(namespace.inode, { tables, sign: now.sign, readAtMs: nowMs, costMicros });
    this.learn(host, namespace, now, tables);
  }

  /** Compares CurrEstab with what the table shows, where it stood still in the meantime. */
  private learn(host: NodeView, { folder }: NetworkNamespace, now: Now, { tcp }: SocketTables): void {
    const closeWait = tcp[SOCKET_STATE.closeWait] ?? 0;
    if (closeWait === 0) return;
    const path = `${folder}/snmp`;
    const [after] = parseEstablished(readSmall(host.locate(path), path).toString('latin1'), path);
    const established = tcp[SOCKET_STATE.established] ?? 0;
    if (after !== now.established) return;
    if (after === established + closeWait) this.closeWaitIsEstablished = true;
    else if (after === established) this.closeWaitIsEstablished = false;
  }

  private forget(present: Iterable<NetworkNamespace>): void {
    const inodes = new Set([...present].map(({ inode }) => inode));
    this.known = new Map([...this.known].filter(([inode]) => inodes.has(inode)));
  }

  private sockets(read: ReadonlyMap<NetworkNamespace, Now>): NamespaceSockets[] {
    return [...read].map(([namespace, { established }]) => {
      const tables = this.known.get(namespace.inode)?.tables;
      const closeWait = this.closeWaitIsEstablished ? (tables?.tcp[SOCKET_STATE.closeWait] ?? 0) : 0;
      return { namespace, established: Math.max(0, established - closeWait), tables };
    });
  }

  private oldest(nowMs: number): number | undefined {
    const times = [...this.known.values()].map(({ readAtMs }) => readAtMs);
    return times.length === 0 ? undefined : (nowMs - Math.min(...times)) / 1e3;
  }
}
