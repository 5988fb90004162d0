import { close, constants, fstatSync, open, openSync, write } from 'node:fs';
import { stat } from 'node:fs/promises';
import { UsageError } from '../../common/cli.ts';
import { systemCode } from '../../common/errors.ts';

/** Is told how many bytes were taken, and why no more. */
type Done = (taken: number, error?: Error) => void;

/** Takes bytes without making anybody wait. */
export interface Sink {
  /** @param done not before this returns */
  write(bytes: Buffer, done: Done): void;
  /** Whether what is written from now on goes somewhere else than before. */
  renew(): Promise<boolean>;
  close(): void;
}

const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
/** Arguments and lines of logs are nobody else's business. */
const MODE = 0o640;

/** A call in the thread pool: where the disk hangs, nobody but this sink waits. */
function writeTo(descriptor: number, bytes: Buffer, done: Done): void {
  write(descriptor, bytes, 0, bytes.length, null, (error, taken) =>
    done(error ? 0 : taken, error ?? undefined),
  );
}

/** A file that is appended to by its name: renamed or removed, it is made anew. */
export class FileSink implements Sink {
  readonly #path: string;
  #descriptor: number | undefined;

  /** @throws {UsageError} when it cannot be opened */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#descriptor = openSync(path, FLAGS, MODE);
    } catch (cause) {
      // A pipe that nobody reads yet.
      if (systemCode(cause) === 'ENXIO') return;
      throw new UsageError(`--events.output ${path} cannot be written to: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  write(bytes: Buffer, done: Done): void {
    if (this.#descriptor !== undefined) {
      writeTo(this.#descriptor, bytes, done);
      return;
    }
    open(this.#path, FLAGS, MODE, (error, descriptor) => {
      if (error !== null) {
        done(0, error);
        return;
      }
      this.#descriptor = descriptor;
      writeTo(descriptor, bytes, done);
    });
  }

  async renew(): Promise<boolean> {
    const descriptor = this.#descriptor;
    if (descriptor === undefined || (await this.#isInPlace(descriptor))) return false;
    this.#descriptor = undefined;
    close(descriptor, () => {});
    return true;
  }

  close(): void {
    if (this.#descriptor !== undefined) close(this.#descriptor, () => {});
    this.#descriptor = undefined;
  }

  async #isInPlace(descriptor: number): Promise<boolean> {
    try {
      const there = await stat(this.#path);
      const held = fstatSync(descriptor);
      return there.ino === held.ino && there.dev === held.dev;
    } catch (error) {
      // Where the folder cannot be looked at the file that is open will do.
      return systemCode(error) !== 'ENOENT';
    }
  }
}

const STDOUT = 1;

/**
 * Standard output. Pipes and sockets never make Node wait, and tell when they have taken what they were given; files and terminals could, so that they are
 * written to in the thread pool.
 */
export function openStdout(): Sink {
  const kind = fstatSync(STDOUT);
  const rest = { renew: async () => false, close: () => {} };
  if (!kind.isFIFO() && !kind.isSocket())
    return { ...rest, write: (bytes, done) => writeTo(STDOUT, bytes, done) };
  // Whoever reads may go; each write is told.
  process.stdout.on('error', () => {});
  return {
    ...rest,
    write: (bytes, done) =>
      void process.stdout.write(bytes, (error) => done(error ? 0 : bytes.length, error ?? undefined)),
  };
}
