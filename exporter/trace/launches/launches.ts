import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SourceError } from '../../base/errors.ts';
import type { HangGuard } from '../../kernel/hang-guard.ts';
import { type Launch, launchOf, launchOfFile } from './launch.ts';
import { runtimeCommand } from './runtime-command.ts';

const MOST_KEPT = 2_048;
/** A description with its environment; longer ones are not looked at. */
const MOST_BYTES = 1_048_576;
const PIECE_BYTES = 16_384;
/** Within that much of the program's start the runtime's own process has no other's number. */
const LONGEST_NS = 10e9;

/** How long news of a runtime's start can be on their way. */
const NEWS_MS = 20;

/** One call after the other, and never on the main thread: a process can keep its memory from whoever reads, and a folder be a server's. */
const RUNTIMES = { id: "runtimes' memory", isLocal: false };

interface Seen {
  readonly atNs: number;
  readonly launch: Promise<Launch | undefined>;
}

/** A file, whole; undefined when it is too long. Nobody waits for it to be closed: a runtime does not wait either. */
async function readWhole(path: string): Promise<string | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const pieces: Buffer[] = [];
    for (let bytes = 0; bytes <= MOST_BYTES; ) {
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.allocUnsafe(PIECE_BYTES) });
      pieces.push(buffer.subarray(0, bytesRead));
      if (bytesRead < PIECE_BYTES) return Buffer.concat(pieces).toString('utf8');
      bytes += bytesRead;
    }
    return undefined;
  } finally {
    void handle.close();
  }
}

/** A file that a runtime's command line names. */
async function readFileOf(procfs: string, pid: number, file: string): Promise<string | undefined> {
  const path = `${procfs}/${pid}/${file.startsWith('/') ? 'root' : 'cwd'}/${file}`;
  // To open what is no file can do something.
  return (await stat(path)).isFile() ? readWhole(path) : undefined;
}

async function readLaunch(procfs: string, pid: number): Promise<Launch | undefined> {
  try {
    const words = (await readWhole(`${procfs}/${pid}/cmdline`))?.replace(/\0$/, '').split('\0');
    const command = words && runtimeCommand(words);
    if (command === undefined) return undefined;
    const { processFile, terminal } = command;
    if (processFile === undefined) return launchOf(command);
    const text = await readFileOf(procfs, pid, processFile);
    return text === undefined ? undefined : launchOfFile(text, terminal);
  } catch {
    return undefined; // gone, or not ours to see: what it started is then not known to be anything
  }
}

/** What runtimes were told to start, read of each while it is on its way. */
export class Launches {
  readonly #procfs: string;
  readonly #guard: HangGuard;
  readonly #seen = new Map<number, Seen>();

  readonly #isInContainer: (pid: number) => boolean;

  /** @param isInContainer whether a process is in one: what calls itself a runtime in there is none of the host's, and names files of its own */
  constructor(procfs: string, guard: HangGuard, isInContainer: (pid: number) => boolean) {
    this.#procfs = procfs;
    this.#isInContainer = isInContainer;
    this.#guard = guard;
  }

  /** A process that has just become a runtime's. */
  note(pid: number, atNs: number): void {
    if (this.#isInContainer(pid)) return;
    this.#seen.delete(pid);
    this.#seen.set(pid, { atNs, launch: this.#read(pid) });
    if (this.#seen.size <= MOST_KEPT) return;
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest);
      return;
    }
  }

  /** What the runtime's process `pid` was told, of which a program was started at `timeNs`; undefined when that was not seen. */
  async of(pid: number, timeNs: number): Promise<Launch | undefined> {
    // The records of what it did can be read before the news of it.
    if (!this.#seen.has(pid)) await sleep(NEWS_MS);
    const seen = this.#seen.get(pid);
    if (seen === undefined || Math.abs(seen.atNs - timeNs) > LONGEST_NS) return undefined;
    return seen.launch;
  }

  async #read(pid: number): Promise<Launch | undefined> {
    try {
      return await this.#guard.run(`proc/${pid}/cmdline`, () => readLaunch(this.#procfs, pid), RUNTIMES);
    } catch (error) {
      if (error instanceof SourceError) return undefined; // the guard has counted it
      throw error;
    }
  }
}
