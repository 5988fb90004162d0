import { malformed } from '../base/errors.ts';
import { lineWith } from '../base/lines.ts';

/** How many sockets of a kind a network namespace has. */
export interface SocketCounts {
  readonly tcp: number;
  readonly udp: number;
  /** In TIME_WAIT, of both address families. */
  readonly timeWait: number;
}

function count(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Parses `/proc/<pid>/net/sockstat`. `inuse` is of the namespace; `alloc` and `mem`, left out here, are of the machine.
 *
 *     TCP: inuse 3 orphan 0 tw 5 alloc 8 mem 1
 *     UDP: inuse 4 mem 0
 *
 * @throws {SourceError} `malformed`
 */
export function parseSockstat(text: string, path: string): SocketCounts {
  const tcp = count(text, /^TCP: inuse (\d+)/m);
  const udp = count(text, /^UDP: inuse (\d+)/m);
  const timeWait = count(text, /^TCP: .*\btw (\d+)/m);
  if (tcp === undefined || udp === undefined || timeWait === undefined) {
    const found =
      (tcp === undefined || timeWait === undefined ? lineWith(text, 'TCP:') : undefined) ??
      lineWith(text, 'UDP:');
    throw malformed(path, 'lines "TCP: inuse … tw …" and "UDP: inuse …"', found ?? text);
  }
  return { tcp, udp, timeWait };
}

/**
 * Parses `/proc/<pid>/net/sockstat6`, which has no TIME_WAIT.
 *
 *     TCP6: inuse 2
 *     UDP6: inuse 1
 *
 * @throws {SourceError} `malformed`
 */
export function parseSockstat6(text: string, path: string): Omit<SocketCounts, 'timeWait'> {
  const tcp = count(text, /^TCP6: inuse (\d+)$/m);
  const udp = count(text, /^UDP6: inuse (\d+)$/m);
  if (tcp === undefined || udp === undefined) throw malformed(path, 'lines "TCP6:" and "UDP6:"', text);
  return { tcp, udp };
}

/**
 * Raw sockets by `/proc/<pid>/net/sockstat` or `sockstat6`, of the namespace: as many as net/raw or net/raw6 has lines.
 *
 *     RAW: inuse 1
 *     RAW6: inuse 2
 *
 * @throws {SourceError} `malformed`
 */
export function parseRawSockets(text: string, path: string): number {
  const raw = count(text, /^RAW6?: inuse (\d+)/m);
  if (raw === undefined) throw malformed(path, 'a line "RAW: inuse …"', lineWith(text, 'RAW') ?? text);
  return raw;
}
