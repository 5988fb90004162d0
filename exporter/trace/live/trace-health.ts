import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, SourceError } from '../../base/errors.ts';
import { parseForks } from '../../parsers/stat.ts';
import { Silence } from './silence.ts';

/** Once a scrape, also where several extractors come for their events. */
const LEAST_BETWEEN_LOOKS_NS = 5e9;

function problem(message: string): SourceError {
  return new SourceError('failed', 'tracefs', `tracefs: ${message}`);
}

function forksOf(procfs: string): number {
  const path = join(procfs, 'stat');
  return parseForks(
    attempt(path, () => readFileSync(path, 'latin1')),
    path,
  );
}

/** Sees that the trace records what it was told to: what is not recorded must not pass for what did not happen. */
export class TraceHealth {
  readonly #procfs: string;
  readonly #restore: () => string[];
  readonly #silence = new Silence();
  #lookedNs = Number.NEGATIVE_INFINITY;

  /** @param restore turns on again what somebody turned off, and names it */
  constructor(procfs: string, restore: () => string[]) {
    this.#procfs = procfs;
    this.#restore = restore;
  }

  /**
   * Looks after the trace, at most every five seconds.
   *
   * @param starts that it has told so far
   * @param nowNs on CLOCK_MONOTONIC
   * @throws {SourceError} when somebody turned off a part of it, when it told nothing of many forks, or when that cannot be seen
   */
  look(starts: number, nowNs: number): void {
    if (nowNs - this.#lookedNs < LEAST_BETWEEN_LOOKS_NS) return;
    this.#lookedNs = nowNs;
    const off = [...new Set(this.#restore())];
    const untold = this.#silence.look(starts, forksOf(this.#procfs));
    if (off.length > 0) {
      throw problem(
        `somebody turned off ${off.join(', ')}; turned on again, what happened meanwhile is not counted`,
      );
    }
    if (untold > 0) throw problem(`the trace told nothing of ${untold} starts that /proc/stat counted`);
  }
}
