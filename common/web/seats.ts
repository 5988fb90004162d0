import type { Socket } from 'node:net';

/** A connection as it is called on both sides of TLS. */
export const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

interface Seat {
  readonly source: string;
  /** On the clock of performance.now(). */
  readonly sinceMs: number;
  /** Requests that are not answered yet. */
  requests: number;
  /** It was given something that not everybody is given. */
  isAdmitted: boolean;
}

/** As long as one may take to send his request. */
const FRESH_MS = 1_000;
/** Whoever only sits there: the first to make room. */
const IDLE = 0;
/** Who is being served after being admitted. */
const SERVED = 4;

/** How gladly a connection is closed to make room; between the two above: who has just come, who waits for a decision, and who was served and sits there. */
function order({ sinceMs, requests, isAdmitted }: Seat, nowMs: number): number {
  if (isAdmitted) return requests === 0 ? 3 : SERVED;
  if (requests > 0) return 2;
  return nowMs - sinceMs < FRESH_MS ? 1 : IDLE;
}

function countBySource(seats: Iterable<{ readonly source: string }>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { source } of seats) counts.set(source, (counts.get(source) ?? 0) + 1);
  return counts;
}

/**
 * Who keeps a connection when there are too many. Whoever only sits there without having been admitted goes first, and among these one
 * of the address that has most of them, the oldest. Where there is none, the address that has most seats gives one up: also one
 * that is being served, as a page that is read slowly keeps a seat as long as its reader likes. So nobody keeps others out by
 * opening more.
 */
export class Seats<Connection> {
  readonly #most: number;
  /** The oldest first. */
  readonly #seats = new Map<Connection, Seat>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Seats a connection; the one to close for it, if any, which may be itself. */
  take(connection: Connection, source: string, nowMs = performance.now()): Connection | undefined {
    this.#seats.set(connection, { source, sinceMs: nowMs, requests: 0, isAdmitted: false });
    if (this.#seats.size <= this.#most) return undefined;
    const victim = this.#victim(connection, source, nowMs);
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

  #victim(newcomer: Connection, source: string, nowMs: number): Connection {
    const others = [...this.#seats]
      .filter(([connection]) => connection !== newcomer)
      .map(([connection, seat]) => ({ connection, source: seat.source, order: order(seat, nowMs) }));
    const idle = others.filter((seat) => seat.order === IDLE);
    if (idle.length > 0) {
      const counts = countBySource(idle);
      const most = Math.max(...counts.values());
      return idle.find((seat) => counts.get(seat.source) === most)?.connection ?? newcomer;
    }
    const counts = countBySource(this.#seats.values());
    const most = Math.max(...counts.values());
    // Whose address has as many as any other makes room himself, with what is not being served.
    const isOwn = counts.get(source) === most;
    const candidates = others.filter(
      (seat) => most === 1 || (isOwn ? seat.source === source : counts.get(seat.source) === most),
    );
    const least = Math.min(...candidates.map((seat) => seat.order));
    if (isOwn && least >= SERVED) return newcomer;
    return candidates.find((seat) => seat.order === least)?.connection ?? newcomer;
  }
}
