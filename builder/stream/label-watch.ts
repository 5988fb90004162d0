import { statSync } from 'node:fs';
import type { Logger } from '../../common/log.ts';
import type { BuildConfig } from '../config-schema.ts';
import { type Episode, readEpisodes } from '../episodes.ts';
import { BuilderError, messageOf } from '../errors.ts';

/** What changes when a file is written again; empty while there is none. */
function stamp(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
}

/** The episodes files, read again when they change: episodes are written down when they are over. */
export class LabelWatch {
  readonly #paths: readonly string[] | undefined;
  readonly #log: Logger;
  #stamps: string | undefined;
  #episodes: readonly Episode[] | undefined;
  #readable = true;

  /**
   * @param sources undefined when there is no label source
   * @throws {BuilderError} `labels`, when a file cannot be read now
   */
  constructor(sources: BuildConfig['labels'], log: Logger) {
    this.#paths = sources?.map((source) => {
      if ('episodes' in source) return source.episodes;
      throw new BuilderError('config', 'labels: a stream takes labels from episodes files alone');
    });
    this.#log = log;
    this.#read();
  }

  /** All episodes; undefined when there is no label source. */
  get episodes(): readonly Episode[] | undefined {
    return this.#episodes;
  }

  /** Whether the files could be read last time; until they can be again, what they said before stands. */
  get readable(): boolean {
    return this.#readable;
  }

  /** Reads the files if one of them has changed, and tells whether that was so. */
  refresh(): boolean {
    try {
      const changed = this.#read();
      if (!this.#readable) this.#log.info('the label sources can be read again');
      this.#readable = true;
      return changed;
    } catch (error) {
      // Most likely it is just being written: said once, and tried again with the next step.
      if (this.#readable) this.#log.warn('labels stay as they are', { error: messageOf(error) });
      this.#readable = false;
      return false;
    }
  }

  #read(): boolean {
    if (this.#paths === undefined) return false;
    // Taken before the files are read: a change in between is then seen the next time.
    const stamps = this.#paths.map(stamp).join('\n');
    if (stamps === this.#stamps && this.#readable) return false;
    this.#episodes = this.#paths.flatMap((path) => readEpisodes(path).episodes);
    this.#stamps = stamps;
    return true;
  }
}
