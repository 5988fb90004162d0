import { systemCode } from '../../common/errors.ts';
import type { Logger } from '../../common/log.ts';
import type { Sink } from './sinks.ts';

/** Waiting at most; what comes then is dropped. */
const MOST_WAITING_BYTES = 4 * 1_048_576;
const AT_ONCE_BYTES = 65_536;
/** A pipe that is full, and any other trouble, is tried again after so long. */
const FULL_MS = 20;
const TROUBLE_MS = 1_000;
const LOOK_EVERY_MS = 1_000;
const CLOSE_MS = 500;

/**
 * Writes lines to a sink, off everybody's way: they wait in a queue whose length is bounded, one write at a time is under way, and what finds no
 * room is counted.
 */
export class Output {
  dropped = 0;
  readonly #sink: Sink;
  readonly #logger: Logger;
  readonly #mostBytes: number;
  #queue: Buffer[] = [];
  #bytes = 0;
  /** How much of the first line was written. */
  #begun = 0;
  #isBusy = false;
  #isTroubled = false;
  #isClosed = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #idle: () => void = () => {};

  constructor(sink: Sink, logger: Logger, mostBytes = MOST_WAITING_BYTES) {
    this.#sink = sink;
    this.#logger = logger;
    this.#mostBytes = mostBytes;
  }

  /** Takes a line without its newline. */
  push(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    if (this.#isClosed || this.#bytes + bytes.length > this.#mostBytes) {
      this.dropped += 1;
      return;
    }
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
    if (this.#isBusy) return;
    this.#isBusy = true;
    // What happens at once is written at once.
    setImmediate(() => void this.#next());
  }

  /** Looks for the file by its name at the next write, as after a signal. */
  renew(): void {
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Waits a moment for what is to be written, and closes the sink. */
  async close(): Promise<void> {
    if (this.#isBusy) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
        timer = setTimeout(resolve, CLOSE_MS);
      });
      clearTimeout(timer);
    }
    this.#isClosed = true;
    this.dropped += this.#queue.length;
    this.#queue = [];
    this.#sink.close();
  }

  async #next(): Promise<void> {
    await this.#lookForFile();
    if (this.#isClosed) return;
    const batch = this.#batch();
    if (batch === undefined) {
      this.#isBusy = false;
      this.#idle();
      return;
    }
    this.#sink.write(batch, (taken, error) => {
      this.#take(taken);
      if (error === undefined) this.#tellOfTrouble(undefined);
      else if (systemCode(error) !== 'EAGAIN') this.#tellOfTrouble(error);
      if (error === undefined) void this.#next();
      else setTimeout(() => void this.#next(), systemCode(error) === 'EAGAIN' ? FULL_MS : TROUBLE_MS).unref();
    });
  }

  async #lookForFile(nowMs = performance.now()): Promise<void> {
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = nowMs;
    // The other file has the beginning of the line, and the new one shall have a whole one.
    if (await this.#sink.renew()) this.#begun = 0;
  }

  #batch(): Buffer | undefined {
    const [first, ...rest] = this.#queue.slice(0, AT_ONCE_BYTES / 256);
    if (first === undefined) return undefined;
    const parts = [first.subarray(this.#begun)];
    let bytes = parts[0]?.length ?? 0;
    for (const line of rest) {
      if (bytes + line.length > AT_ONCE_BYTES) break;
      parts.push(line);
      bytes += line.length;
    }
    return Buffer.concat(parts);
  }

  /** Takes note of bytes that were written. */
  #take(bytes: number): void {
    let left = this.#begun + bytes;
    let lines = 0;
    for (const line of this.#queue) {
      if (left < line.length) break;
      left -= line.length;
      this.#bytes -= line.length;
      lines += 1;
    }
    this.#queue.splice(0, lines);
    this.#begun = left;
  }

  #tellOfTrouble(error: Error | undefined): void {
    if (this.#isTroubled === (error !== undefined)) return;
    this.#isTroubled = error !== undefined;
    if (error === undefined) this.#logger.info('Events are written again');
    else
      this.#logger.error('Events cannot be written; they wait as long as there is room', {
        error: error.message,
      });
  }
}
