import type { FileHandle } from 'node:fs/promises';
import type { HostFiles } from '../files/host-files.ts';
import type { Budget } from './budget.ts';
import { LineSplitter } from './line-splitter.ts';
import { identityOf, type OpenLog, openLog } from './open-log.ts';

const CHUNK_BYTES = 65_536;
/** Read in one go; the rest waits for the next poll, and above the second bound the oldest is given up. */
const MAX_BYTES_PER_POLL = 8 * 1_048_576;
const MAX_BACKLOG_BYTES = 64 * 1_048_576;
const NEWLINE = 0x0a;
const GZIP_MAGIC = 0x1f8b;

/**
 * Reads the lines that are appended to a file, through rotation.
 *
 * A file renamed away is read to its end, and once more at the next poll for what its writer still had to write; then
 * the new one from its beginning. One that became shorter (copytruncate) is read from its beginning.
 */
export class Tail {
  readonly path: string;
  #skippedBytes = 0;
  readonly #files: HostFiles;
  readonly #splitter: LineSplitter;
  #log: OpenLog | undefined;
  /** Where it is here. */
  #at: string;
  #position = 0;
  #rotated = false;
  /** Files born since then are read from their beginning, older ones from their end. */
  readonly #sinceMs: number;
  #sawNone = false;
  #unreadBytes = 0;

  constructor(path: string, files: HostFiles, sinceMs: number, splitter = new LineSplitter()) {
    this.path = path;
    this.#at = path;
    this.#files = files;
    this.#sinceMs = sinceMs;
    this.#splitter = splitter;
  }

  /** Bytes given up because they came faster than they could be read, and ends of lines that were too long. */
  get skippedBytes(): number {
    return this.#skippedBytes + this.#splitter.cutBytes;
  }

  /** Bytes that were there at the last poll and wait for the next one. */
  get unreadBytes(): number {
    return this.#log === undefined ? 0 : this.#unreadBytes;
  }

  /** Whether there is a file to read. */
  get isOpen(): boolean {
    return this.#log !== undefined;
  }

  /**
   * Reads what was appended since the last time.
   *
   * @param budget for what is done with the lines; once it is spent the rest waits for the next poll, but some are always read
   * @throws {SourceError} when the file cannot be read
   */
  async poll(take: (line: string) => void, budget: Budget): Promise<void> {
    if (this.#log === undefined) await this.#open();
    if (this.#log === undefined) return;
    const wasRotated = this.#rotated;
    const here = await this.#lookHere();
    // Also when nothing is there: holding a deleted file open would keep its space on the disk.
    this.#rotated = here?.identity !== this.#log.identity;
    if (!this.#rotated && here?.size === this.#position) return;
    if (!(await this.#readAppended(this.#log.handle, take, budget)) || !this.#rotated || !wasRotated) return;
    await this.close();
    this.#sawNone = true;
    this.#rotated = false;
    await this.#open();
    if (this.#log !== undefined) await this.#readAppended(this.#log.handle, take, budget);
  }

  async close(): Promise<void> {
    const log = this.#log;
    this.#log = undefined;
    this.#splitter.reset();
    await log?.handle.close();
  }

  #guarded<T>(call: () => Promise<T>, at = this.#at): Promise<T> {
    return this.#files.looker.guarded(at, call);
  }

  /** What lies at the path now; undefined when nothing does, or something that is no log. */
  async #lookHere(): Promise<{ readonly identity: string; readonly size: number } | undefined> {
    const at = await this.#files.paths.target(this.path);
    const stat = at === undefined ? undefined : await this.#files.looker.look(at);
    return stat?.isFile() ? { identity: identityOf(stat), size: Number(stat.size) } : undefined;
  }

  async #open(): Promise<void> {
    const at = await this.#files.paths.target(this.path);
    const there = at === undefined ? undefined : await this.#files.looker.look(at);
    const log =
      at === undefined || there === undefined
        ? undefined
        : await this.#guarded(() => openLog(at, this.path), at);
    this.#log = log;
    if (log === undefined) {
      this.#sawNone = true;
      return;
    }
    this.#at = at ?? this.path;
    const fromStart = this.#sawNone || log.bornMs >= this.#sinceMs;
    this.#position = fromStart ? 0 : log.size;
    const { handle } = log;
    if (fromStart) {
      const head = await this.#guarded(() => handle.read(Buffer.alloc(2), 0, 2, 0));
      // A compressed file has no lines; what is appended to it will have none either.
      if (head.bytesRead === 2 && head.buffer.readUInt16BE() === GZIP_MAGIC) this.#position = log.size;
    } else if (log.size > 0) {
      const last = await this.#guarded(() => handle.read(Buffer.alloc(1), 0, 1, log.size - 1));
      this.#splitter.reset(last.buffer[0] !== NEWLINE);
    }
  }

  /** True when it got to the end of the file. */
  async #readAppended(handle: FileHandle, take: (line: string) => void, budget: Budget): Promise<boolean> {
    const { size } = await this.#guarded(() => handle.stat());
    if (size < this.#position) {
      this.#position = 0;
      this.#splitter.reset();
    }
    if (size - this.#position > MAX_BACKLOG_BYTES) {
      const from = size - MAX_BYTES_PER_POLL;
      this.#skippedBytes += from - this.#position;
      this.#position = from;
      this.#splitter.reset(true);
    }
    const end = this.#position + MAX_BYTES_PER_POLL;
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, size - this.#position)));
    while (this.#position < end) {
      const { bytesRead } = await this.#guarded(() => handle.read(buffer, 0, buffer.length, this.#position));
      this.#unreadBytes = Math.max(0, size - this.#position - bytesRead);
      if (bytesRead === 0) return true;
      this.#position += bytesRead;
      const lines = this.#splitter.push(buffer.subarray(0, bytesRead));
      budget.spendOn(() => lines.forEach(take));
      if (budget.isSpent) return false;
    }
    return false;
  }
}
