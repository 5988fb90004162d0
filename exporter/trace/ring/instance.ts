import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, SourceError, sourceError } from '../../base/errors.ts';
import { hidden } from './find-tracefs.ts';
import { type EventFormat, type PageLayout, parseFormat, parseHeaderPage } from './format.ts';
import { removeStaleInstances } from './stale.ts';

const INSTANCE_PREFIX = 'kubevigil-';

const ATTEMPTS = 3;
const BUSY_RETRIES = 50;
const BUSY_WAIT_MS = 4;

/** Where tracefs is mounted, and what the instance shall be. */
export interface InstanceOptions {
  readonly tracefs: string;
  /** Ring buffer per CPU. */
  readonly bufferKb: number;
  readonly prefix?: string;
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * A tracefs instance of our own: its events, buffers and settings touch nobody else's.
 *
 * It holds `free_buffer` open with the option disable_on_free, so that even after SIGKILL the kernel stops tracing and frees the
 * pages; the empty instance stays until the next agent removes it.
 *
 * @see https://docs.kernel.org/trace/ftrace.html
 */
export class TraceInstance {
  readonly path: string;
  readonly #tracefs: string;
  /** What it shall record, each with its filter. */
  readonly #enabled = new Map<string, string | undefined>();
  #guard: number | undefined;

  private constructor(tracefs: string, name: string) {
    this.#tracefs = tracefs;
    this.path = join(tracefs, 'instances', name);
    mkdirSync(this.path);
  }

  /**
   * Removes what killed agents left, then makes an instance.
   *
   * @throws {SourceError} `absent` without tracefs, `unreadable` when it may not be written
   */
  static create(options: InstanceOptions): TraceInstance {
    const { tracefs, prefix = INSTANCE_PREFIX } = options;
    removeStaleInstances(tracefs, prefix);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const instance = new TraceInstance(tracefs, prefix + randomBytes(6).toString('hex'));
        instance.#setUp(options.bufferKb);
        return instance;
      } catch (error) {
        if (attempt === ATTEMPTS) throw sourceError(join(tracefs, 'instances'), error);
      }
    }
  }

  /** The text of one of the instance's files. */
  read(file: string): string {
    return attempt(join(this.path, file), (path) => readFileSync(path, 'latin1'));
  }

  write(file: string, value: string): void {
    attempt(join(this.path, file), (path) => writeFileSync(path, value));
  }

  layout(): PageLayout {
    try {
      return parseHeaderPage(this.read('events/header_page'), `${this.path}/events/header_page`);
    } catch (error) {
      // Before Linux 6.6 an instance has none of its own; all pages are alike there.
      if (!(error instanceof SourceError) || error.code !== 'absent') throw error;
    }
    const top = join(this.#tracefs, 'events/header_page');
    return attempt(top, () => parseHeaderPage(readFileSync(top, 'latin1'), top));
  }

  /** The format of `event`, such as `sched/sched_process_exec`; `absent` when this kernel does not have it. */
  format(event: string): EventFormat {
    const file = `events/${event}/format`;
    return parseFormat(this.read(file), join(this.path, file));
  }

  /**
   * Records `event` from now on; only what passes `filter`, which the kernel applies.
   *
   * @throws {SourceError} never `absent`: an event that is there and cannot be turned on is not one that this kernel lacks
   */
  enable(event: string, filter?: string): void {
    const file = `events/${event}/enable`;
    try {
      if (filter !== undefined) this.write(`events/${event}/filter`, filter);
      this.write(file, '1');
    } catch (error) {
      if (!(error instanceof SourceError) || error.code !== 'absent') throw error;
      throw new SourceError('failed', error.path, `${error.message}: the event cannot be turned on`, {
        cause: error,
      });
    }
    if (this.#isOff(file)) {
      const path = join(this.path, file);
      throw new SourceError('failed', path, `${path}: stays 0: the event cannot be turned on`);
    }
    this.#enabled.set(event, filter);
  }

  disable(event: string): void {
    this.write(`events/${event}/enable`, '0');
    this.#enabled.delete(event);
  }

  /**
   * Turns on again what somebody else has turned off, such as `trace-cmd reset`, which resets every instance.
   *
   * @returns the switches that were off, as files of the instance
   */
  restore(): string[] {
    const off: string[] = [];
    for (const [event, filter] of this.#enabled) {
      const file = `events/${event}/enable`;
      if (!this.#isOff(file)) continue;
      this.enable(event, filter);
      off.push(file);
    }
    if (this.#isOff('tracing_on')) {
      this.write('tracing_on', '1');
      off.push('tracing_on');
    }
    return off;
  }

  /** Stops tracing and removes the instance; its other files must be closed. */
  close(): void {
    if (this.#guard === undefined) return;
    closeSync(this.#guard);
    this.#guard = undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        rmdirSync(this.path);
        return;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') return;
        // A read that was just woken may still be on its way out.
        if (code !== 'EBUSY' || attempt === BUSY_RETRIES) throw sourceError(this.path, error);
        sleep(BUSY_WAIT_MS);
      }
    }
  }

  #isOff(file: string): boolean {
    return this.read(file).startsWith('0');
  }

  #setUp(bufferKb: number): void {
    try {
      if (!existsSync(join(this.path, 'events'))) throw hidden(this.path, 'events');
      // First of all: from here on nobody takes it for a stale one.
      this.#guard = openSync(join(this.path, 'free_buffer'), 'w');
      this.write('trace_options', 'disable_on_free');
      this.write('buffer_size_kb', String(bufferKb)); // mkdir allocated 1.4 MB per CPU
      this.write('trace_clock', 'mono');
      // Losing the oldest would lose the records that say who is in which cgroup.
      this.write('trace_options', 'nooverwrite');
      this.write('trace_options', 'norecord-cmd'); // spares a probe at each context switch
    } catch (error) {
      if (this.#guard === undefined) rmdirSync(this.path);
      else this.close();
      throw error;
    }
  }
}
