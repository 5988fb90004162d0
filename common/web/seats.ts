import type { Socket } from 'node:net';

/** A connection as it is called on both sides of TLS. */
export const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

interface Seat {
  readonly source: string;
  /** Requests that are not answered yet. */
  requests: number;
  /** It was given something that not everybody is given. */
  isAdmitted: boolean;
}

/** How gladly a connection is closed to make room, first of all what is 0: whoever only sits there, then who was served and sits there, then who waits for a decision. */
function order({ requests, isAdmitted }: Seat): number {
  if (isAdmitted) return requests === 0 ? 1 : 3;
  return requests === 0 ? 0 : 2;
}

/**
 * Who keeps a connection when there are too many: those that were admitted before those that were not, and of these one of
 * the address that has most of them goes, the oldest first. So nobody keeps others out by opening more.
 */
export class Seats<Connection> {
  readonly #most: number;
  /** The oldest first. */
  readonly #seats = new Map<Connection, Seat>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Seats a connection; the one to close for it, if any, which may be itself. */
  take(connection: Connection, source: string): Connection | undefined {
    this.#seats.set(connection, { source, requests: 0, isAdmitted: false });
    if (this.#seats.size <= this.#most) return undefined;
    const victim = this.#victim(connection);
    this.#seats.delete(victim);
    return victim;
  }

  leave(connection: Connection): void {
    this.#seats.delete(connection);
  }

  began(connection: Connection): void {
    const seat = this.#seats.get(connection);
    if (seat !== undefined) seat.requests++;
  }

  /** @param isAdmitted whether the answer was one that not everybody is given */
  answered(connection: Connection, isAdmitted: boolean): void {
    const seat = this.#seats.get(connection);
    if (seat === undefined) return;
    seat.requests--;
    seat.isAdmitted ||= isAdmitted;
  }

  #victim(newcomer: Connection): Connection {
    const others = [...this.#seats].filter(([connection]) => connection !== newcomer);
    const least = Math.min(...others.map(([, seat]) => order(seat)));
    // Who is being served after being admitted makes room for nobody.
    if (least === 3) return newcomer;
    const candidates = others.filter(([, seat]) => order(seat) === least);
    const counts = new Map<string, number>();
    for (const [, { source }] of candidates) counts.set(source, (counts.get(source) ?? 0) + 1);
    const most = Math.max(...counts.values());
    return candidates.find(([, { source }]) => counts.get(source) === most)?.[0] ?? newcomer;
  }
}
