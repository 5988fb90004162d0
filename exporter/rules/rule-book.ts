import { stat } from 'node:fs/promises';
import { RulesError } from './errors.ts';
import { loadRules } from './load.ts';
import { RuleSet } from './rule-set.ts';

/** What the outside knows of the last time that the rules were read. */
export interface ReloadState {
  readonly successful: boolean;
  /** Unix seconds of the last success. */
  readonly succeededAt: number;
}

/** Identity and version of a file, or why there is none: differs whenever its content may differ. */
async function versionOf(file: string): Promise<string> {
  try {
    // stat follows the link that a ConfigMap mount swaps, so that the new target's inode shows.
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

/** Holds the rules in use, and takes a changed file over when it is good. */
export class RuleBook {
  #current: RuleSet;
  #state: ReloadState;
  #version: string;
  #refreshing: Promise<void> | undefined;
  readonly #file: string | undefined;
  readonly #refused: (error: RulesError) => void;

  private constructor(
    file: string | undefined,
    version: string,
    set: RuleSet,
    refused: (error: RulesError) => void,
  ) {
    this.#file = file;
    this.#version = version;
    this.#current = set;
    this.#refused = refused;
    this.#state = { successful: true, succeededAt: Date.now() / 1000 };
  }

  /**
   * @param file `--rules.file`; without it the default set alone
   * @param refused told once of each version of the file that is refused; the running set stays
   * @throws {RulesError} when the file is refused at the start
   */
  static async open(file: string | undefined, refused: (error: RulesError) => void): Promise<RuleBook> {
    const version = file === undefined ? '' : await versionOf(file);
    return new RuleBook(file, version, new RuleSet(await loadRules(file)), refused);
  }

  get current(): RuleSet {
    return this.#current;
  }

  get state(): ReloadState {
    return this.#state;
  }

  /** Reads the file again if it changed; callers at the same time share one reading. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#reload().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #reload(): Promise<void> {
    if (this.#file === undefined) return;
    // Taken before the reading, so that a change during it is found the next time.
    const version = await versionOf(this.#file);
    if (version === this.#version) return;
    this.#version = version;
    try {
      this.#current = new RuleSet(await loadRules(this.#file), this.#current);
      this.#state = { successful: true, succeededAt: Date.now() / 1000 };
    } catch (error) {
      this.#state = { ...this.#state, successful: false };
      const problems = [{ line: 1, reason: String(error) }];
      this.#refused(
        error instanceof RulesError
          ? error
          : new RulesError('invalid', this.#file, problems, { cause: error }),
      );
    }
  }
}
