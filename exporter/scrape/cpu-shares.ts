/** After a piece of work that took longer the CPU time is asked for, so that its neighbours get none of it. */
const LONG_MICROS = 500;
/** What takes no time that a clock can show takes some all the same. */
const LEAST_MICROS = 1;

/** Whose CPU time is counted. */
interface Worker {
  cpuMicros: number;
}

interface Piece {
  readonly worker: Worker;
  readonly tookMicros: number;
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/**
 * Tells who took how much of this process's CPU time, one after the other.
 *
 * To ask for it costs 10 to 30 µs, more than some extractors do. So it is asked for once for several short pieces of work, and
 * shared among them by the time that each took: the sum is exact.
 */
export class CpuShares {
  readonly #ask: () => number;
  #pieces: Piece[] = [];
  #askedMicros: number;

  /** @param ask the CPU time used since the process started, in microseconds */
  constructor(ask = cpuMicros) {
    this.#ask = ask;
    this.#askedMicros = ask();
  }

  /** Books a piece of work that is done, and that waited for nothing. */
  book(worker: Worker, tookMicros: number): void {
    this.#pieces.push({ worker, tookMicros: Math.max(tookMicros, LEAST_MICROS) });
    if (tookMicros > LONG_MICROS) this.settle();
  }

  /** Books what was used since all was settled, whatever time that took. */
  bookRest(worker: Worker): void {
    this.#pieces.push({ worker, tookMicros: LEAST_MICROS });
    this.settle();
  }

  /** Gives the CPU time since it was asked for last to those who worked since. */
  settle(): void {
    const before = this.#askedMicros;
    this.#askedMicros = this.#ask();
    const total = this.#pieces.reduce((sum, { tookMicros }) => sum + tookMicros, 0);
    for (const { worker, tookMicros } of this.#pieces) {
      worker.cpuMicros += ((this.#askedMicros - before) * tookMicros) / total;
    }
    this.#pieces = [];
  }
}
