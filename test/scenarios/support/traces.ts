/** What somebody can leave on a node: mounts, control groups, interfaces, sockets and files. */
import { readFileSync } from 'node:fs';
import type { TestNode } from './node.ts';
import { walk } from './walk.ts';

export interface Traces {
  /** Where something is mounted, also namespaces that outlive their processes. */
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly interfaces: readonly string[];
  /** Sockets by their tables, but for TCP connections that are closed and wait for their time to be over. */
  readonly sockets: readonly string[];
  readonly files: readonly string[];
}

const TIME_WAIT = '06';
const TABLES = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6', 'packet'];
/** Private to each node of the tests, see its first process. */
const FOLDERS = ['dev/shm', 'var/tmp', 'var/lib', 'var/log'];

function linesOf(node: TestNode, path: string, heads: number): string[][] {
  const lines = readFileSync(node.seen(path), 'utf8').trim().split('\n').slice(heads);
  return lines.filter(Boolean).map((line) => line.trim().split(/\s+/));
}

function socketsOf(node: TestNode): string[] {
  return TABLES.flatMap((table) =>
    linesOf(node, `net/${table}`, 1)
      .filter(([, , , state]) => table === 'packet' || state !== TIME_WAIT)
      .map(([, local = '', remote = '']) => `${table} ${local} ${remote}`),
  );
}

/** Packets that left a node over its uplink since it is there: what answers to nothing, too, such as ARP. */
export function packetsSent(node: TestNode): number {
  const own = linesOf(node, 'net/dev', 2).find(([name]) => name === 'eth0:') ?? [];
  // Behind the name: bytes, packets and six more received, then the same sent.
  return Number(own[10]);
}

/** @param folders of the test, beside those of the node, that nobody may leave anything in */
export function tracesOf(node: TestNode, folders: readonly string[]): Traces {
  const places = [...FOLDERS.map((folder) => node.seen(`root/${folder}`)), ...folders];
  return {
    mounts: linesOf(node, 'mountinfo', 0).map(([, , , , at = '']) => at),
    cgroups: node.cgroups(),
    interfaces: linesOf(node, 'net/dev', 2).map(([name = '']) => name),
    sockets: socketsOf(node).sort(),
    files: places.flatMap((place) => walk(place).map(({ path }) => path)).sort(),
  };
}
