import { closeSync, constants, openSync, read } from 'node:fs';
import { sourceError } from '../errors.ts';
import type { Cgroup } from './cgroups.ts';
import { type InstanceOptions, TraceInstance } from './instance.ts';
import { monotonicNs } from './trace-reader.ts';

const BUFFER_KB = 16;
const FILTER = 'clone_flags & 0x200000000';

/** A comm has 15 bytes at most, too few to forge this; and a forged pid would only be looked up in vain. */
const NEW_TASK = /: task_newtask: pid=(\d+) /g;

/** A lookup tells of the process made at most this long before it; longer, and the pid may have been used anew. */
const LONGEST_DELAY_NS = 100e6;
const MOST_KEPT = 4096;

/** What asking /proc at once said of a process. */
interface Sighting {
  readonly atNs: number;
  readonly cgroup: Cgroup;
}

/**
 * Finds the cgroups of children made by clone3 with CLONE_INTO_CGROUP, as `runc exec` and so every exec probe makes them: no attach record tells
 * of them, and many live for a few milliseconds only.
 *
 * They are rare, so an instance of their own records nothing else, and one thread of the pool sleeps in read(2) on its `trace_pipe`: nothing is
 * polled, and /proc/PID/cgroup is read within a millisecond. 499 of 500 children that lived 1.5 ms or longer were found.
 */
export class IntoCgroupWatcher {
  readonly #instance: TraceInstance;
  readonly #lookup: (pid: number) => Cgroup | undefined;
  readonly #onError: (error: Error) => void;
  readonly #sightings = new Map<number, Sighting>();
  readonly #buffer = Buffer.alloc(4096);
  #fd: number | undefined;

  /**
   * Starts at once. It keeps the event loop alive until {@link close}.
   *
   * @throws {SourceError} when the instance cannot be made
   */
  constructor(
    options: Omit<InstanceOptions, 'bufferKb'>,
    lookup: (pid: number) => Cgroup | undefined,
    onError: (error: Error) => void,
  ) {
    this.#lookup = lookup;
    this.#onError = onError;
    this.#instance = TraceInstance.create({ ...options, bufferKb: BUFFER_KB });
    const path = `${this.#instance.path}/trace_pipe`;
    try {
      this.#fd = openSync(path, constants.O_RDONLY); // waits for records, on purpose
      this.#instance.enable('task/task_newtask', FILTER);
    } catch (error) {
      this.close();
      throw sourceError(path, error);
    }
    this.#wait();
  }

  /** The cgroup into which `pid` was placed at `timeNs`, if it was seen alive; forgets it. */
  take(pid: number, timeNs: number): Cgroup | undefined {
    const sighting = this.#sightings.get(pid);
    if (sighting === undefined || sighting.atNs < timeNs) return undefined;
    this.#sightings.delete(pid);
    return sighting.atNs - timeNs < LONGEST_DELAY_NS ? sighting.cgroup : undefined;
  }

  /** Removes the instance; also from an `exit` handler, where the sleeping read would else hang the exit. */
  close(): void {
    if (this.#fd !== undefined) {
      const fd = this.#fd;
      this.#fd = undefined;
      this.#instance.write('trace_marker', 'end'); // wakes the read
      closeSync(fd);
    }
    this.#instance.close();
  }

  #wait(): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    read(fd, this.#buffer, 0, this.#buffer.length, null, (error, bytes) => {
      if (this.#fd === undefined) return;
      if (error !== null) {
        this.#onError(sourceError(`${this.#instance.path}/trace_pipe`, error));
        return;
      }
      for (const [, pid] of this.#buffer.toString('latin1', 0, bytes).matchAll(NEW_TASK)) {
        this.#see(Number(pid));
      }
      this.#wait();
    });
  }

  #see(pid: number): void {
    const cgroup = this.#lookup(pid);
    if (cgroup === undefined) return;
    this.#sightings.delete(pid);
    this.#sightings.set(pid, { atNs: monotonicNs(), cgroup });
    if (this.#sightings.size <= MOST_KEPT) return;
    for (const oldest of this.#sightings.keys()) {
      this.#sightings.delete(oldest);
      return;
    }
  }
}
