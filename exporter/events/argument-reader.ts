import { SourceError } from '../base/errors.ts';
import type { HangGuard } from '../kernel/hang-guard.ts';
import { argumentsOf } from '../trace/paths/exec-arguments.ts';

/** Programs that wait for their turn; a flood has no more, and is gone by then anyway. */
const MOST_WAITING = 1_024;

/** All processes are one to the guard: one whose memory does not answer takes one thread, and nobody else is asked meanwhile. */
const MEMORY = { id: "processes' memory", isLocal: false };

type Take = (args: readonly string[] | undefined) => void;

interface Wanted {
  readonly pid: number;
  readonly path: string;
  readonly take: Take;
}

/** Reads the arguments of programs one after the other, and never on the main thread: a process can make that wait for ever. */
export class ArgumentReader {
  readonly #procfs: string;
  readonly #guard: HangGuard;
  readonly #waiting: Wanted[] = [];
  #running: Promise<void> | undefined;

  constructor(procfs: string, guard: HangGuard) {
    this.#procfs = procfs;
    this.#guard = guard;
  }

  /** Settles when all who wait were told; undefined when nobody waits. */
  get settled(): Promise<void> | undefined {
    return this.#running;
  }

  /**
   * @param path what it executed
   * @param take is given its arguments; undefined when they cannot be had
   */
  read(pid: number, path: string, take: Take): void {
    if (this.#waiting.length >= MOST_WAITING) {
      take(undefined);
      return;
    }
    this.#waiting.push({ pid, path, take });
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.take(await this.#ask(next));
    }
    this.#running = undefined;
  }

  async #ask({ pid, path }: Wanted): Promise<string[] | undefined> {
    try {
      const name = `proc/${pid}/cmdline`;
      return await this.#guard.run(name, () => argumentsOf(this.#procfs, pid, path), MEMORY);
    } catch (error) {
      if (error instanceof SourceError) return undefined; // the guard has counted it
      throw error;
    }
  }
}
