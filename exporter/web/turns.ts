import { setTimeout as sleep } from 'node:timers/promises';
import { FairQueue } from '../../common/web/fair-queue.ts';

const MOST_WAITING = 16;
/** What takes longer waits for something, and takes no time from others. */
const MOST_HELD_MS = 500;
const MOST_REST_MS = 100;

/** Work that waits for its turn. */
export interface Turn {
  /** Whether there is nothing to do any more. */
  isOver(): boolean;
  /** Settles when the work is done. */
  take(): Promise<unknown>;
  /** It is one too many. */
  refuse(): void;
}

/**
 * One piece of work after the other, sources by turns, and as long as it took after each of them nothing. The event loop accepts one
 * connection in a turn: would every turn have work in it, whoever connects would wait behind as many pieces of work as there are
 * connections before his.
 */
export class Turns {
  readonly #queue = new FairQueue<Turn>(MOST_WAITING);
  readonly #first: Turn[] = [];
  #isBusy = false;
  #wasFirst = false;

  /** Has a source's work done when it is its turn; of too much, the last of the source that wants most is refused. */
  put(source: string, turn: Turn): void {
    this.#queue.put(source, turn)?.refuse();
    this.#next();
  }

  /** Has work done that is never too much; every other turn is one of these as long as there are any. */
  putFirst(turn: Turn): void {
    this.#first.push(turn);
    this.#next();
  }

  #take(): Turn | undefined {
    const first = this.#wasFirst ? undefined : this.#first.shift();
    const turn = first ?? this.#queue.take();
    this.#wasFirst = first !== undefined;
    return turn ?? this.#first.shift();
  }

  #next(): void {
    if (this.#isBusy) return;
    for (let turn = this.#take(); turn !== undefined; turn = this.#take()) {
      if (turn.isOver()) continue;
      this.#isBusy = true;
      void this.#give(turn);
      return;
    }
  }

  async #give(turn: Turn): Promise<void> {
    const from = performance.now();
    const done = new AbortController();
    const held = sleep(MOST_HELD_MS, undefined, { signal: done.signal, ref: false }).catch(() => {});
    await Promise.race([turn.take().catch(() => {}), held]);
    done.abort();
    await sleep(Math.min(MOST_REST_MS, performance.now() - from), undefined, { ref: false });
    this.#isBusy = false;
    this.#next();
  }
}
