import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { attempt, malformed, sourceError } from '../../base/errors.ts';
import type { PageLayout } from './format.ts';
import type { TimedStream } from './merge.ts';
import { PageCursor } from './page.ts';

const LOSSES = ['overrun', 'commit overrun', 'dropped events'];

/**
 * Records that one CPU could not store, from its `stats`:
 * "overrun" overwritten unread, "commit overrun" refused in an interrupt, "dropped events" refused for want of room.
 *
 * @throws {SourceError} `malformed` when none of them is there
 * @internal exported for its own tests
 */
export function parseLosses(text: string, path: string): number {
  const found = [...text.matchAll(/^([a-z ]+): (\d+)$/gm)].filter(([, name = '']) => LOSSES.includes(name));
  if (found.length === 0) throw malformed(path, `lines of ${LOSSES.join(', ')}`, text);
  return found.reduce((sum, [, , count]) => sum + Number(count), 0);
}

/** The records of one CPU's buffer, read without waiting. */
export class CpuStream implements TimedStream {
  /** Pages read since the start, also those that were not full. */
  pages = 0;
  readonly cpu: number;
  readonly cursor: PageCursor;
  readonly #path: string;
  readonly #fd: number;
  readonly #pageBytes: number;
  readonly #onPage: (stream: CpuStream) => void;
  /** Whether the cursor stands at a record that nobody has taken yet. */
  #held = false;

  /**
   * Opens `per_cpu/cpu<cpu>` of an instance. `onPage` is called after each page read, before any of its records.
   *
   * @throws {SourceError} when it cannot be opened
   */
  constructor(instance: string, cpu: number, layout: PageLayout, onPage: (stream: CpuStream) => void) {
    this.cpu = cpu;
    this.#path = `${instance}/per_cpu/cpu${cpu}`;
    this.#pageBytes = layout.pageBytes;
    this.#onPage = onPage;
    this.cursor = new PageCursor(layout, `${this.#path}/trace_pipe_raw`);
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    this.#fd = attempt(`${this.#path}/trace_pipe_raw`, (path) => openSync(path, flags));
  }

  get time(): number {
    return this.cursor.time;
  }

  /** Stands at a record, if there is one to be had now. */
  ready(): boolean {
    return this.#held || this.advance();
  }

  advance(): boolean {
    this.#held = false;
    this.#held = this.cursor.next();
    while (!this.#held && this.#readPage()) this.#held = this.cursor.next();
    return this.#held;
  }

  /** Records lost so far. */
  losses(): number {
    return attempt(`${this.#path}/stats`, (path) => parseLosses(readFileSync(path, 'latin1'), path));
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readPage(): boolean {
    // An empty buffer answers EAGAIN, which is an exception here; making its stack would double the price.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    let bytes: number;
    try {
      bytes = readSync(this.#fd, this.cursor.page, 0, this.#pageBytes, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
      throw sourceError(this.#path, error);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    if (bytes === 0) return false; // not an end of file: nothing could be copied this time
    this.pages += 1;
    this.cursor.load(bytes);
    this.#onPage(this);
    return true;
  }
}
